import { expect, test } from 'vitest';
import { plantedCheckout } from './planted-checkout.ts';

/** One violation each; the key is how the linter names the rule. */
const violations: Readonly<Record<string, readonly [file: string, text: string]>> = {
  'wardlock(no-raw-ipc)': [
    'main/app/raw-ipc.ts',
    "import { ipcMain } from 'electron';\nexport const ipc = ipcMain;\n",
  ],
  'wardlock(no-lint-directives)': [
    'common/directive.ts',
    '// @ts-ignore\nexport const a: number = 1;\n',
  ],
  'typescript(no-floating-promises)': [
    'common/floating.ts',
    'const later = async () => 1;\nexport const go = () => {\n  later();\n};\n',
  ],
  'typescript(no-misused-promises)': [
    'common/misused.ts',
    'const later = async () => true;\nexport const go = () => (later() ? 1 : 2);\n',
  ],
  'typescript(switch-exhaustiveness-check)': [
    'common/switch.ts',
    "export function f(x: 'a' | 'b') {\n  switch (x) {\n    case 'a':\n      return 1;\n  }\n  return 2;\n}\n",
  ],
  'typescript(no-explicit-any)': ['common/any.ts', 'export const a: any = 1;\n'],
  'import(no-default-export)': ['common/default.ts', 'export default 1;\n'],
  'eslint(no-console)': ['main/adapters/console.ts', "console.log('x');\nexport const a = 1;\n"],
  'eslint(no-empty)': [
    'common/swallow.ts',
    'export const f = (g: () => void) => {\n  try {\n    g();\n  } catch {}\n};\n',
  ],
};

const sends = ['page.webContents.send', 'webContents.send'];

test('every lint rule of the house turns the check red', async () => {
  const planted = await plantedCheckout({
    ...Object.fromEntries(Object.values(violations)),
    ...Object.fromEntries(
      sends.map((send, index) => [
        `main/windows/send-${index}.ts`,
        `declare const page: { webContents: { send(c: string): void } };\nconst { webContents } = page;\n${send}('x');\nexport { webContents };\n`,
      ]),
    ),
  });
  try {
    const { code, output } = await planted.check('lint');
    expect(code).toBe(1);
    for (const [rule, [file]] of Object.entries(violations)) {
      const line = output.split('\n').find((each) => each.startsWith(file) && each.includes(rule));
      expect(line, `${rule} in ${file}\n${output}`).toBeDefined();
    }
    for (const [index] of sends.entries()) {
      expect(output).toMatch(new RegExp(`send-${index}.ts.*no-raw-ipc`));
    }
  } finally {
    await planted.remove();
  }
});
