import { spawn } from 'node:child_process';
import { quote } from './quote.ts';

/** Answers to the questions that a tool asks on its terminal. */
export interface Typed {
  readonly prompt: RegExp;
  readonly answer: string;
}

/**
 * Runs one of libfido2's tools to its end, on a terminal of its own: it reads PINs from nowhere else.
 * Answers with what stood on the terminal; rejects on another exit code than 0.
 */
export function fido2(
  tool: string,
  args: readonly string[],
  typed: readonly Typed[] = [],
): Promise<string> {
  const command = [`fido2-${tool}`, ...args].map(quote).join(' ');
  return new Promise((resolve, reject) => {
    const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let output = '';
    const left = [...typed];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const [next] = left;
      // The tool throws away what was typed before it asked.
      if (next?.prompt.test(output)) child.stdin.write(`${left.shift()?.answer}\n`);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`fido2-${tool} ${args[0]}: exit code ${code}: ${output.trim()}`));
    });
  });
}
