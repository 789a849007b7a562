// Counts from the reports of the test runners. Skipped, interrupted, flaky and missing are failures:
// nothing that did not run counts as passed.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { stripVTControlCharacters } from 'node:util';

/**
 * `failures` names what failed, a line each.
 * @typedef {{ passed: number, failed: number, note: string, failures: readonly string[] }} Count
 */

/** @returns {Promise<Count>} */
export async function countVitest(file, exitCode) {
  const report = await read(file);
  if (report === undefined) return missing(exitCode);
  // A file that could not be loaded has no tests to fail, and failed all the same.
  const brokenFiles = report.testResults.filter(
    (result) =>
      result.status !== 'passed' &&
      result.assertionResults.every(({ status }) => status === 'passed'),
  ).length;
  const passed = report.numPassedTests;
  const failures = report.testResults.flatMap(
    ({ name, status: whole, message, assertionResults }) =>
      assertionResults
        .filter(({ status }) => status !== 'passed')
        .map(({ fullName, failureMessages }) => line(fullName, failureMessages[0] ?? message))
        .concat(whole === 'passed' || assertionResults.length > 0 ? [] : [name]),
  );
  return judged(passed, report.numTotalTests - passed + brokenFiles, exitCode, failures);
}

/** @returns {Promise<Count>} */
export async function countPlaywright(file, exitCode) {
  const report = await read(file);
  if (report === undefined) return missing(exitCode);
  const { expected, unexpected, flaky, skipped } = report.stats;
  const failures = [
    ...report.suites
      .flatMap(specs)
      .flatMap(({ title, file: source, tests }) =>
        tests
          .filter(({ status }) => status !== 'expected')
          .map(({ status, results }) =>
            line(`${source} › ${title}`, results.at(-1)?.error?.message ?? status),
          ),
      ),
    ...report.errors.map(({ message }) => line('outside the tests', message)),
  ];
  return judged(expected, unexpected + flaky + skipped + report.errors.length, exitCode, failures);
}

/**
 * The lab's own report: a case that was left out did not run.
 * @returns {Promise<Count>}
 */
export async function countLab(file, exitCode) {
  const report = await read(file);
  if (report === undefined) return missing(exitCode);
  const bad = report.items.filter(({ outcome }) => outcome !== 'passed');
  const failures = bad.map(({ case: name, outcome, note }) => line(name, note || outcome));
  return judged(report.items.length - bad.length, bad.length, exitCode, failures);
}

const specs = (suite) => [...(suite.specs ?? []), ...(suite.suites ?? []).flatMap(specs)];

/** Name and the first line of why. */
const line = (name, why = '') => `${name}: ${stripVTControlCharacters(why).split('\n', 1)[0]}`;

async function read(file) {
  return existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : undefined;
}

const missing = (exitCode) => ({
  passed: 0,
  failed: 1,
  note: `(no report; exit code ${exitCode})`,
  failures: [],
});

function judged(passed, failed, exitCode, failures) {
  if (passed + failed === 0) return { passed, failed: 1, note: '(there were no tests)', failures };
  if (failed === 0 && exitCode !== 0)
    return { passed, failed: 1, note: `(exit code ${exitCode})`, failures };
  return { passed, failed, note: '', failures };
}
