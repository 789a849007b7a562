import type { ReactNode } from 'react';
import { Disc } from '../../ui/key-art.tsx';

const arrow = (d: string) => <path className="none" strokeWidth="5" d={d} />;

/** A key lying down, contacts to the right; 120 wide without them. */
function LyingKey({ x, y, isIn = false }: { x: number; y: number; isIn?: boolean }) {
  return (
    <g transform={`translate(${x} ${y})`}>
      {!isIn && (
        <>
          <path className="metal" d="M106 27h52v30h-52z" />
          <path className="gold thin" d="M122 34h7v16h-7zM136 34h7v16h-7z" />
        </>
      )}
      <rect width="110" height="84" rx="20" />
      <Disc x={56} y={42} scale={0.66} />
    </g>
  );
}

const port = (
  <>
    <path className="metal" d="M142 26h94v128h-94z" />
    <path d="M142 68h38v44h-38z" />
  </>
);

const drawings = {
  'push-in': (
    <>
      {port}
      <LyingKey x={4} y={48} />
      {arrow('M32 22h62M80 10l14 12-14 12')}
    </>
  ),
  'pull-out': (
    <>
      {port}
      <LyingKey x={4} y={48} />
      {arrow('M94 22H32M46 10L32 22l14 12')}
    </>
  ),
  're-insert': (
    <>
      {port}
      <LyingKey x={4} y={48} />
      {arrow('M70 8H18M30-2L18 8l12 10M32 32h62M82 22l12 10-12 10')}
    </>
  ),
  'other-port': (
    <>
      <path className="metal" d="M6 66h228v88H6z" />
      <path d="M34 96h70v28H34z" />
      <path d="M136 96h70v28h-70z" />
      <path className="gold thin" d="M146 104h50v7h-50z" />
      {arrow('M69 52c0-42 102-42 102-4M157 36l14 14 14-14')}
    </>
  ),
  start: (
    <>
      <rect className="filled" x="18" y="44" width="204" height="84" rx="16" />
      <path className="on-filled" d="M104 70l34 16-34 16z" />
      {arrow('M120 182v-36M106 160l14-14 14 14')}
    </>
  ),
  dots: (
    <>
      <rect className="metal" x="6" y="52" width="228" height="76" rx="14" />
      {[46, 83, 120].map((x) => (
        <circle key={x} className="solid" cx={x} cy="90" r="11" />
      ))}
      {[157, 194].map((x) => (
        <circle key={x} className="none" cx={x} cy="90" r="11" />
      ))}
    </>
  ),
  'two-keys': (
    <>
      <g opacity="0.999">
        <LyingKey x={66} y={8} />
      </g>
      <LyingKey x={6} y={90} />
    </>
  ),
  spare: (
    <>
      <circle className="none" cx="30" cy="90" r="26" />
      <LyingKey x={40} y={48} />
    </>
  ),
  report: (
    <>
      <path className="metal" d="M44 6h112l40 40v128H44z" />
      <path className="none" d="M156 6v40h40" />
      <circle className="none" cx="84" cy="62" r="18" />
      <path className="none" d="M114 62h50M70 108h94M70 136h56" />
      <path className="gold" d="M150 150l52-52 18 18-52 52-24 6z" />
    </>
  ),
  phone: (
    <>
      <rect x="70" y="6" width="100" height="168" rx="18" />
      <path className="metal" d="M84 28h72v98H84z" />
      <path className="none" d="M112 150h16" strokeWidth="7" />
      <path className="none" d="M48 62c-12 18-12 38 0 56M192 62c12 18 12 38 0 56" />
    </>
  ),
  keep: (
    <>
      <rect className="metal" x="62" y="82" width="116" height="88" rx="14" />
      <path className="none" d="M84 82V54a36 36 0 0 1 72 0v28" strokeWidth="6" />
      {[92, 120, 148].map((x) => (
        <circle key={x} className="solid" cx={x} cy="126" r="9" />
      ))}
    </>
  ),
  'hand-over': (
    <>
      <LyingKey x={8} y={20} />
      <path className="metal" d="M60 176c30-40 62-46 96-46h58a12 12 0 0 1 0 24h-46" />
      {arrow('M196 24v62M182 72l14 14 14-14')}
    </>
  ),
} satisfies Record<string, ReactNode>;
export type HelpArtName = keyof typeof drawings;

/** The words beside a drawing say the same: it is for the eye only. */
export function HelpArt({ name }: { name: HelpArtName }) {
  return (
    <svg className="art" viewBox="0 -6 240 190" aria-hidden="true">
      {drawings[name]}
    </svg>
  );
}
