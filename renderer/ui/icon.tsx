import {
  'app-window' as appWindow,
  'arrow-left' as arrowLeft,
  'arrow-left-right' as arrowLeftRight,
  ban,
  check,
  'chevron-right' as chevronRight,
  'circle-plus' as circlePlus,
  'circle-question-mark' as circleQuestionMark,
  'clipboard-pen' as clipboardPen,
  delete as erase,
  'flask-conical' as flaskConical,
  hand,
  hourglass,
  languages,
  link,
  lock,
  'log-out' as logOut,
  'map-pin-off' as mapPinOff,
  pencil,
  phone,
  pill,
  power,
  printer,
  'rotate-ccw' as rotateCcw,
  'scan-search' as scanSearch,
  'scroll-text' as scrollText,
  'shield-alert' as shieldAlert,
  'shield-off' as shieldOff,
  unplug,
  user,
  'user-x' as userX,
  'users-round' as usersRound,
  x,
} from 'lucide-static/icon-nodes.json';
import { createElement } from 'react';

// Named imports: the bundler keeps these icons of the set and no others.
const icons = {
  'app-window': appWindow,
  'arrow-left': arrowLeft,
  'arrow-left-right': arrowLeftRight,
  ban,
  check,
  'chevron-right': chevronRight,
  'circle-plus': circlePlus,
  'circle-question-mark': circleQuestionMark,
  'clipboard-pen': clipboardPen,
  erase,
  'flask-conical': flaskConical,
  hand,
  hourglass,
  languages,
  link,
  lock,
  'log-out': logOut,
  'map-pin-off': mapPinOff,
  pencil,
  phone,
  pill,
  power,
  printer,
  'rotate-ccw': rotateCcw,
  'scan-search': scanSearch,
  'scroll-text': scrollText,
  'shield-alert': shieldAlert,
  'shield-off': shieldOff,
  unplug,
  user,
  'user-x': userX,
  'users-round': usersRound,
  x,
} satisfies Record<string, readonly unknown[]>;

export type IconName = keyof typeof icons;

export const isIconName = (name: string): name is IconName => Object.hasOwn(icons, name);

/** An icon of the Lucide set. Always stands beside a word, so it says nothing itself. */
export function Icon({ name, className = '' }: { name: IconName; className?: string }) {
  return (
    <svg className={`i ${className}`} viewBox="0 0 24 24" aria-hidden="true">
      {icons[name].map(([tag, attributes], index) =>
        createElement(tag as string, { key: index, ...(attributes as object) }),
      )}
    </svg>
  );
}
