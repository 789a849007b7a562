import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';

/** Brass: a person's hand or attention is wanted. Never red; never by colour alone. */
export function Note({
  icon = 'hand',
  role = 'alert',
  children,
}: {
  icon?: IconName;
  role?: 'alert' | 'note';
  children: ReactNode;
}) {
  return (
    <div className="note" role={role}>
      <Icon name={icon} />
      {children}
    </div>
  );
}
