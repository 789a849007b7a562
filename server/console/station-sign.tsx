import type { ReactNode } from 'react';
import type { Overview } from '../../common/wire.ts';

type State = Overview['stations'][number]['state'];

/** The curtain, 38 px wide: a station's state as a shape. Its word always stands beside it. */
export function StationSign({ state }: { state: State }) {
  return (
    <svg className="bay" viewBox="0 0 38 30" aria-hidden="true">
      {inside[state]}
    </svg>
  );
}

const frame = <path className="frame" d="M1 3h36M3 3h32v25H3z" />;
const drawn = (
  <>
    <path className="cloth" d="M3 3h8v25H3zM11 3h8v25h-8zM19 3h8v25h-8zM27 3h8v25h-8z" />
    {frame}
  </>
);

const inside = {
  open: (
    <>
      <path className="cloth" d="M3 3h6v25H3zM29 3h6v25h-6z" />
      {frame}
      <path
        className="person"
        d="M22.6 13a3.6 3.6 0 1 1-7.2 0 3.6 3.6 0 0 1 7.2 0zM12.5 24a6.5 6.5 0 0 1 13 0z"
      />
    </>
  ),
  locked: drawn,
  parked: (
    <>
      {drawn}
      <rect className="tag" x="11" y="9" width="16" height="13" rx="2" />
      <path className="frame" d="M14.5 13.500h9M14.5 17.500h6" />
    </>
  ),
  silent: (
    <>
      <path className="frame dashed" d="M3 3h32v25H3z" />
      <path className="frame" d="M14 11l10 9M24 11l-10 9" />
    </>
  ),
  new: (
    <>
      {frame}
      <path className="frame" d="M19 11v9M14.5 15.5h9" />
    </>
  ),
} satisfies Record<State, ReactNode>;
