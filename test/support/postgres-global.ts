import type { TestProject } from 'vitest/node';
import { makePostgres } from './postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of an administrator's database of this run; only in the project `postgres`. */
    postgres: string;
  }
}

/** One PostgreSQL for the whole run. That it cannot start is a failure, never a reason to leave tests out. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await makePostgres();
  project.provide('postgres', await postgres.database());
  return () => postgres.remove();
}
