/** The key, drawn here: upright, with its round gold contact. */
export function KeyArt({
  pose,
  height,
}: {
  pose: 'held' | 'above-port' | 'in-port' | 'touch';
  height: number;
}) {
  const isIn = pose === 'in-port';
  return (
    <svg
      className={`art key-art ${pose}`}
      height={height}
      viewBox={pose === 'held' || pose === 'touch' ? '-10 0 160 300' : '-10 -6 160 330'}
      aria-hidden="true"
    >
      <g transform={isIn ? 'translate(0 40)' : undefined}>
        <path className="metal" d="M42 214h56v58a6 6 0 0 1-6 6H48a6 6 0 0 1-6-6z" />
        {[50, 61, 72, 83].map((x) => (
          <rect key={x} className="gold thin" x={x} y="232" width="7" height="34" />
        ))}
        <rect x="14" y="14" width="112" height="202" rx="26" />
        <circle className="metal" cx="70" cy="46" r="13" />
        <Disc x={70} y={132} />
        {pose === 'touch' &&
          [62, 92, 122].map((radius) => (
            <circle key={radius} className="wave" cx="70" cy="132" r={radius} />
          ))}
      </g>
      {(pose === 'above-port' || isIn) && (
        <>
          <path className="metal" d="M-6 300h152v18H-6z" />
          <path d="M36 300h68" strokeWidth="9" />
        </>
      )}
    </svg>
  );
}

/** The gold contact with its finger mark. */
export function Disc({ x, y, scale = 1 }: { x: number; y: number; scale?: number }) {
  return (
    <g transform={`translate(${x} ${y}) scale(${scale})`}>
      <circle className="gold" r="34" />
      <path
        className="finger"
        d="M-12 14V0a12 12 0 0 1 24 0v14M-18 6V0a18 18 0 0 1 36 0v8M-6 16V0A6 6 0 0 1 6 0v14"
      />
    </g>
  );
}
