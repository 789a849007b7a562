import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';

export interface SpentNonces {
  /** Spends a nonce; false = it is spent already, here or by another server process. `freshUntil` in ms. */
  spend(nonce: string, freshUntil: number): Promise<boolean>;
  /** Forgets the nonces that were fresh until before this time, ms. */
  forget(before: number): Promise<void>;
}

/** Each in one statement, durable when it resolves. */
export function createSpentNonces(db: Kysely<Schema>): SpentNonces {
  return {
    async spend(nonce, freshUntil) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('spent_nonces')
        .values({ nonce, fresh_until: freshUntil })
        .onConflict((oc) => oc.column('nonce').doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },
    forget: async (before) =>
      void (await db.deleteFrom('spent_nonces').where('fresh_until', '<', before).execute()),
  };
}
