import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { plantedCheckout } from './planted-checkout.ts';

const { forbidden } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as {
  forbidden: readonly { name: string }[];
};

/** One violation of each rule: the file that commits it and what it imports. */
const violations: Readonly<Record<string, readonly [file: string, imports: string]>> = {
  'common-imports': ['common/planted.ts', 'node:crypto'],
  'main-domain-imports': ['main/domain/planted.ts', 'electron'],
  'main-ports-imports': ['main/ports/planted.ts', '../adapters/target.ts'],
  'main-app-imports': ['main/app/planted.ts', '../adapters/target.ts'],
  'main-diagnosis-imports': ['main/diagnosis/planted.ts', '../adapters/target.ts'],
  'main-adapters-imports': ['main/adapters/planted.ts', '../app/target.ts'],
  'main-ipc-imports': ['main/ipc/planted.ts', '../app/target.ts'],
  'main-windows-imports': ['main/windows/planted.ts', '../adapters/target.ts'],
  'native-ctap2-imports': ['native/ctap2/planted.ts', 'node:crypto'],
  'native-hid-imports': ['native/hid/planted.ts', '../../main/ports/target.ts'],
  'native-imports': ['native/planted.ts', '../main/ports/target.ts'],
  'preload-imports': ['preload/planted.ts', '../main/ports/target.ts'],
  'renderer-imports': ['renderer/planted.ts', '../main/domain/target.ts'],
  'server-console-imports': ['server/console/planted.ts', '../target.ts'],
  'server-imports': ['server/planted.ts', '../native/target.ts'],
  'server-never-its-pages': ['server/serves.ts', './console/target.ts'],
  'console-takes-types-only': ['server/console/judges.ts', '../domain/proof.ts'],
  'nothing-imports-a-test': ['server/tested.ts', '../test/support/target.ts'],
  'simulator-stands-alone': ['test/simulator/planted.ts', '../../native/ctap2/target.ts'],
  'no-cycles': ['common/about.ts', './round.ts'],
  'nothing-unresolved': ['common/lost.ts', './nowhere.ts'],
};

/** What they import: harmless by itself. */
const targets = [
  'main/adapters/target.ts',
  'main/app/target.ts',
  'main/domain/target.ts',
  'main/ports/target.ts',
  'native/target.ts',
  'native/ctap2/target.ts',
  'server/target.ts',
  'server/console/target.ts',
  'server/domain/proof.ts',
  'test/support/target.ts',
];

const importing = (specifier: string) => `export * from '${specifier}';\n`;

test('every import rule turns the check red', async () => {
  const planted = await plantedCheckout({
    ...Object.fromEntries(targets.map((file) => [file, 'export const target = 1;\n'])),
    ...Object.fromEntries(Object.values(violations).map(([file, to]) => [file, importing(to)])),
    'common/round.ts': importing('./about.ts'),
  });
  try {
    const { code, output } = await planted.check('imports');
    expect(code).toBe(1);
    const seen = [...output.matchAll(/error (\S+): (\S+)/g)].map(
      ([, rule, file]) => `${rule} ${file}`,
    );
    for (const [rule, [file]] of Object.entries(violations)) {
      expect(seen, output).toContainEqual(`${rule} ${file}`);
    }
  } finally {
    await planted.remove();
  }
});

test('no rule is without its planted violation', () => {
  expect(forbidden.map(({ name }) => name).toSorted()).toEqual(Object.keys(violations).toSorted());
});

test('allowed imports stay green', async () => {
  const planted = await plantedCheckout({
    'common/target.ts': "import { z } from 'zod';\nexport const target = z.string();\n",
    'main/domain/planted.ts': importing('../../common/target.ts'),
    'main/ports/planted.ts': importing('../domain/planted.ts'),
    'main/adapters/planted.ts': importing('../ports/planted.ts') + importing('node:fs'),
    'server/planted.ts':
      importing('../common/target.ts') + importing('node:fs') + importing('fastify'),
    'server/domain/proof.ts': "export type Reason = 'planted';\n",
    'server/console/planted.ts': "export type { Reason } from '../domain/proof.ts';\n",
  });
  try {
    const { code, output } = await planted.check('imports');
    expect(code, output).toBe(0);
  } finally {
    await planted.remove();
  }
});
