import { createSecretKey, randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import type { EventDraft } from '../../common/event.ts';
import { openJournal } from '../../main/adapters/journal-open.ts';

/** Appends until it is killed. After each append has returned, its events go to standard output. */
const [file = '', key = '', station = ''] = process.argv.slice(2);
const started = performance.now();
const opened = openJournal({
  file,
  expected: false,
  station,
  boot: randomUUID(),
  key: createSecretKey(Buffer.from(key, 'hex')),
  wall: Date.now,
  mono: () => performance.now() - started,
  directoryVersion: () => 1,
  uuid: randomUUID,
  report: (code) => writeSync(2, `${code}\n`),
});
if (!opened.ok) throw new Error(opened.error.code, { cause: opened.error.cause });
const { journal, recovered } = opened.value;
if (recovered !== undefined) throw new Error(`the journal was set aside: ${recovered}`);
writeSync(1, 'ready\n');

for (let turn = 0; ; turn++) {
  const session = randomUUID();
  const member = randomUUID();
  const one = (type: EventDraft['type']): EventDraft => ({
    type,
    outcome: 'success',
    session,
    member,
    correlation: randomUUID(),
    detail: {},
  });
  // One event on its own, and a transaction of several with its session.
  const drafts =
    turn % 2 === 0 ? [one('session.locked')] : [one('session.opened'), one('session.ended')];
  const result = journal.append(drafts);
  if (!result.ok) throw new Error(result.error);
  for (const { seq, hash } of result.value) writeSync(1, `${seq} ${hash}\n`);
}
