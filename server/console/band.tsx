import { useId, type ReactNode } from 'react';

/** A side-head in the margin, and the matter beside it. */
export function Band(props: { title: string; note?: ReactNode; children: ReactNode }) {
  const heading = useId();
  return (
    <section className="band" aria-labelledby={heading}>
      <div>
        <h2 id={heading}>{props.title}</h2>
        {props.note !== undefined && <div className="soft small">{props.note}</div>}
      </div>
      <div>{props.children}</div>
    </section>
  );
}
