import { type ReactNode, useEffect, useRef } from 'react';

/** One step of the report; read out and focused when it comes. */
export function ReportStep({ title, children }: { title: string; children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const first = heading.current?.parentElement?.querySelector<HTMLElement>('[data-first]');
    (first ?? heading.current)?.focus({ preventScroll: true });
  }, []);
  return (
    <>
      <h2 className="t1" id="help-title" ref={heading} tabIndex={-1}>
        {title}
      </h2>
      {children}
    </>
  );
}
