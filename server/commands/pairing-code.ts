import { err } from '../../common/result.ts';
import { flag, text, whole } from '../config/field.ts';
import { createPairingCode } from '../pairing.ts';
import { program } from './program.ts';
import { withServer } from './with-server.ts';

/** Makes a pairing code: the only place where its secret is ever shown. */
export const pairingCode = program({
  name: 'pairing-code',
  about: 'Makes a code that pairs new stations with this server.',
  settings: ['data', 'database'],
  options: {
    group: text('the name of a station group', 60),
    count: { ...whole(1, 10_000), otherwise: 1 },
    hours: { ...whole(1, 24 * 31), otherwise: 24 },
    approved: flag,
  },
  run: ({ data, database, group, count: uses, hours, approved }) =>
    withServer({ data, database }, async ({ keys, store }) => {
      const wanted = { group, uses, hours, approved, now: Date.now() };
      const code = await createPairingCode(store, keys, wanted);
      if (code.ok) return code;
      const allowed = code.error.groups.join(', ');
      return err(`--group is "${group}"; allowed is the name of a station group: ${allowed}.`);
    }),
});
