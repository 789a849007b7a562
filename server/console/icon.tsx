import {
  'app-window' as appWindow,
  clock,
  hand,
  languages,
  link,
  lock,
  'log-in' as logIn,
  'log-out' as logOut,
  'notebook-tabs' as notebook,
  pause,
  power,
  'rotate-cw' as rotate,
  'shield-alert' as shieldAlert,
  'shield-check' as shieldCheck,
  'shield-question-mark' as shieldQuestion,
  unplug,
  'users-round' as users,
} from 'lucide-static/icon-nodes.json';
import { createElement } from 'react';

// Named imports: the bundler keeps these icons of the set and no others.
const icons = {
  appWindow,
  clock,
  hand,
  languages,
  link,
  lock,
  logIn,
  logOut,
  notebook,
  pause,
  power,
  rotate,
  disputed: shieldAlert,
  unproven: shieldQuestion,
  verified: shieldCheck,
  unplug,
  users,
};

export type IconName = keyof typeof icons;

/** An icon of the Lucide set. It never stands without its word, so it says nothing itself. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="i" viewBox="0 0 24 24" aria-hidden="true">
      {icons[name].map(([tag, attributes], index) =>
        createElement(tag as string, { key: index, ...(attributes as object) }),
      )}
    </svg>
  );
}
