import type { ReactNode } from 'react';

/** The curtain's cloth, closed. Without children: nothing but cloth. */
export function Cloth({ children }: { children?: ReactNode }) {
  return <main className="cloth closed">{children ?? <h1 className="sr">Wardlock</h1>}</main>;
}
