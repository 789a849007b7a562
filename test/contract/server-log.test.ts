import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createLog } from '../../server/log.ts';
import { TestJournal, TestStation, assertion, openLab } from './server-lab.ts';
import { onPostgres } from '../support/database.ts';

test('no secret that passes through the server stands in its log or database', async () => {
  const lab = await openLab();
  const code = await lab.pairingCode();
  const wrongCode = `${'PLANTED'.padEnd(16, 'A')}.${lab.keys.fingerprint}`;
  const tokens: string[] = [];
  const listening = new TestStation(async (request) => {
    tokens.push(request.headers['authorization']?.split(' ')[1] ?? '');
    return lab.send(request);
  });
  await listening.pair(wrongCode);
  await listening.pair(code);
  const journal = new TestJournal(listening.id);
  const proof = assertion(lab.nurse, { ...journal.place(), head: 'd'.repeat(64) });
  journal.access(lab.nurse, { proof });
  await listening.upload(journal.entries);
  await listening.upload([journal.craft({ type: 'app.crashed' }, { seq: 7 })]);
  await listening.request('POST', '/v1/events', Buffer.from('{"planted-body":1'));
  const { consoleToken } = lab.keys;
  await lab.send({ method: 'GET', url: `/?token=${consoleToken}`, headers: {} });
  await lab.send({ method: 'GET', url: `/v1/nothing?token=${consoleToken}`, headers: {} });
  await lab.send({ method: 'GET', url: `/%zz?token=${consoleToken}`, headers: {} });
  await lab.console('/v1/console/overview');
  await lab.console('/v1/console/overview', 'planted-wrong-token');

  const log = lab.log();
  expect(log).toContain('"alert":"unproven"');
  expect(log).toContain('"alert":"disputed"');
  expect(log).toContain('"refusedWith":"pairing-code-unknown"');
  const signing = lab.keys.signing.export({ type: 'pkcs8', format: 'der' }).toString('base64');
  const secrets = {
    consoleToken,
    pairingSecret: code.slice(0, 16),
    wrongSecret: wrongCode.slice(0, 16),
    wrongToken: 'planted-wrong-token',
    body: 'planted-body',
    signing: signing.slice(20),
    nonceKey: Buffer.from(lab.keys.nonceKey).toString('base64url'),
    nonce: listening.nonce,
    proof: proof.signature,
  };
  for (const [name, secret] of Object.entries(secrets)) {
    expect(secret.length, name).toBeGreaterThan(8);
    expect(log, name).not.toContain(secret);
  }
  for (const token of tokens.filter(Boolean)) expect(log).not.toContain(token);

  // The proof is in the event, which is stored verbatim.
  const notStored = Object.entries(secrets).filter(([name]) => name !== 'proof');
  const files = (await readdir(lab.data)).filter((name) => name.startsWith('wardlock.db'));
  if (!onPostgres()) expect(files).toContain('wardlock.db-wal');
  for (const file of files) {
    const bytes = await readFile(path.join(lab.data, file));
    for (const [name, secret] of notStored) {
      expect(bytes.includes(secret), `${name} in ${file}`).toBe(false);
    }
  }
  await lab.close();
});

test('an object with a secret that is logged by mistake is censored', () => {
  let line = '';
  const log = createLog({ write: (text) => void (line += text) });
  log.info({
    secret: 'planted-1',
    request: { headers: { authorization: 'planted-2' }, token: 'planted-3' },
  });
  expect(line).toContain('[hidden]');
  expect(line).not.toContain('planted');
});
