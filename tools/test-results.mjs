// Counts from the reports of the test runners. Skipped, interrupted, flaky and missing are failures:
// nothing that did not run counts as passed.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/**
 * @typedef {{ passed: number, failed: number, note: string }} Count
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
  return judged(passed, report.numTotalTests - passed + brokenFiles, exitCode);
}

/** @returns {Promise<Count>} */
export async function countPlaywright(file, exitCode) {
  const report = await read(file);
  if (report === undefined) return missing(exitCode);
  const { expected, unexpected, flaky, skipped } = report.stats;
  return judged(expected, unexpected + flaky + skipped + report.errors.length, exitCode);
}

async function read(file) {
  return existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : undefined;
}

const missing = (exitCode) => ({
  passed: 0,
  failed: 1,
  note: `(no report; exit code ${exitCode})`,
});

function judged(passed, failed, exitCode) {
  if (passed + failed === 0) return { passed, failed: 1, note: '(there were no tests)' };
  if (failed === 0 && exitCode !== 0) return { passed, failed: 1, note: `(exit code ${exitCode})` };
  return { passed, failed, note: '' };
}
