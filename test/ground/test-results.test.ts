import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { countLab, countPlaywright, countVitest } from '../../tools/test-results.mjs';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'wardlock-results-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function report(content: unknown): Promise<string> {
  const file = path.join(folder, 'report.json');
  await writeFile(file, JSON.stringify(content));
  return file;
}

test('what failed is named, with the first line of why', async () => {
  const failed = {
    stats: { expected: 0, unexpected: 1, flaky: 0, skipped: 0 },
    errors: [],
    suites: [
      {
        suites: [
          {
            specs: [
              {
                file: 'a.spec.ts',
                title: 'opens',
                tests: [
                  {
                    status: 'unexpected',
                    results: [{ error: { message: '\u001B[31mno\u001B[0m\nat' } }],
                  },
                ],
              },
            ],
          },
        ],
      },
    ],
  };
  expect((await countPlaywright(await report(failed), 1)).failures).toEqual([
    'a.spec.ts › opens: no',
  ]);
  const broken = {
    numPassedTests: 1,
    numTotalTests: 2,
    testResults: [
      { status: 'failed', name: 'b.test.ts', assertionResults: [] },
      {
        status: 'failed',
        name: 'c.test.ts',
        assertionResults: [
          { status: 'passed', fullName: 'adds', failureMessages: [] },
          { status: 'failed', fullName: 'closes', failureMessages: ['late\nat'] },
        ],
      },
    ],
  };
  expect((await countVitest(await report(broken), 1)).failures).toEqual([
    'b.test.ts',
    'closes: late',
  ]);
});

const stats = { expected: 3, unexpected: 0, flaky: 0, skipped: 0 };
const vitestReport = { numPassedTests: 3, numTotalTests: 3, testResults: [] };

test('a good run counts as it is', async () => {
  expect(await countPlaywright(await report({ stats, errors: [], suites: [] }), 0)).toMatchObject({
    passed: 3,
    failed: 0,
  });
  expect(await countVitest(await report(vitestReport), 0)).toMatchObject({ passed: 3, failed: 0 });
});

test('skipped, flaky and not loaded are failures', async () => {
  const partly = { stats: { ...stats, flaky: 1, skipped: 2 }, errors: [{}], suites: [] };
  expect(await countPlaywright(await report(partly), 1)).toMatchObject({ passed: 3, failed: 4 });
  const skipped = { ...vitestReport, numTotalTests: 5 };
  expect(await countVitest(await report(skipped), 0)).toMatchObject({ passed: 3, failed: 2 });
  const broken = {
    ...vitestReport,
    testResults: [{ status: 'failed', name: 'b.test.ts', assertionResults: [] }],
  };
  expect(await countVitest(await report(broken), 1)).toMatchObject({ passed: 3, failed: 1 });
});

test('what the lab left out or could not begin is a failure', async () => {
  const cases = (...outcomes: string[]) =>
    report({
      ok: true,
      items: outcomes.map((outcome, i) => ({ case: `case ${i}`, outcome, note: '' })),
    });
  expect(await countLab(await cases('passed', 'passed'), 0)).toMatchObject({
    passed: 2,
    failed: 0,
  });
  expect(await countLab(await cases('passed', 'left out', 'failed'), 1)).toMatchObject({
    passed: 1,
    failed: 2,
    failures: ['case 1: left out', 'case 2: failed'],
  });
  expect(await countLab(await cases('passed'), 2)).toMatchObject({ passed: 1, failed: 1 });
  expect(await countLab(path.join(folder, 'none.json'), 2)).toMatchObject({
    passed: 0,
    failed: 1,
  });
});

test('no report, no tests and an unexplained exit code are failures', async () => {
  expect(await countVitest(path.join(folder, 'none.json'), 0)).toMatchObject({
    passed: 0,
    failed: 1,
  });
  const none = { stats: { ...stats, expected: 0 }, errors: [], suites: [] };
  expect(await countPlaywright(await report(none), 0)).toMatchObject({ passed: 0, failed: 1 });
  expect(await countVitest(await report(vitestReport), 1)).toMatchObject({ passed: 3, failed: 1 });
});
