import type { ComponentProps } from 'react';
import { Icon, type IconName } from './icon.tsx';

type Props = Omit<ComponentProps<'button'>, 'type'> & {
  icon?: IconName;
  /** `act`: the one filled button of a screen. `quiet`: without an outline, on the bar. */
  look?: 'act' | 'quiet';
};

/** A control of at least 72 × 72 CSS px. */
export function Button({ icon, look, className = '', children, ...rest }: Props) {
  return (
    <button type="button" className={`btn ${look ?? ''} ${className}`} {...rest}>
      {icon && <Icon name={icon} />}
      <span className="label">{children}</span>
    </button>
  );
}
