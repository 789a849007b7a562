import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { policy } from '../../common/policy.ts';
import { settings } from '../../server/config/settings.ts';

test('operations.md explains every setting, and every rule of a policy', async () => {
  const file = path.join(import.meta.dirname, '../../docs/operations.md');
  const rows = (await readFile(file, 'utf8')).split('\n').filter((line) => line.startsWith('| `'));
  const named = rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)]);
  const all = [...Object.keys(settings), ...Object.keys(policy.shape)];
  expect(named.map((match) => match[1])).toEqual(expect.arrayContaining(all));
});
