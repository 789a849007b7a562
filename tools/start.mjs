// `npm start`: the whole demo on this machine until Ctrl-C. Runs on Node 24, started by wardlock.mjs.
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDemoStack } from './demo-stack.mjs';
import { startDisplay } from './display.mjs';
import { resolveElectron, sandboxArguments } from './electron.mjs';
import { fail, say } from './log.mjs';
import { supervise } from './service.mjs';

const root = path.resolve(import.meta.dirname, '..');
const data = path.resolve(root, process.env.WARDLOCK_DATA ?? '.demo');
const running = [];
let stopping = false;
const ended = Promise.withResolvers();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => ended.resolve({ code: 0, why: `asked to end (${signal})` }));
}

try {
  await Promise.race([start(), ended.promise]);
  const { code, why } = await ended.promise;
  say(`ending: ${why}`);
  process.exitCode = code;
} catch (error) {
  await stopAll();
  fail(error);
}
await stopAll();
say('everything has ended');
process.exit();

async function start() {
  const electron = await resolveElectron(say);
  await mkdir(path.join(data, 'log'), { recursive: true });
  say(`starting the demo; its data and logs are in ${data}`);
  const stack = await startDemoStack({ data, ports: { server: 8787, app: 8788 }, say, onLog: log });
  running.push(stack);
  void stack.failure().then((why) => ended.resolve({ code: 1, why }));

  const hidden = process.env.DISPLAY ? undefined : await startDisplay();
  if (hidden) running.push(hidden);
  const display = hidden?.name ?? process.env.DISPLAY;
  keepAgentRunning(electron, { ...process.env, ...stack.agentEnvironment, DISPLAY: display });
  tellWhatToDo(stack, display, hidden !== undefined);
  if (hidden) await picture(hidden);
}

/** What each program says on standard error: DATA/log/NAME.log. */
function log(name, line) {
  const file = path.join(data, 'log', `${name.replaceAll(' ', '-')}.log`);
  appendFileSync(file, `${line}\n`);
}

/** The agent restarts itself locked after a crash; here that is this supervisor's part. */
function keepAgentRunning(electron, env, crashes = 0) {
  const child = spawn(
    electron.executable,
    [...sandboxArguments(), path.join(root, 'out', 'agent-dev')],
    { cwd: root, env, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const agent = supervise('agent', child, (line) => log('agent', line));
  running.push(agent);
  void agent.exited.then(({ code, signal }) => {
    if (stopping) return;
    running.splice(running.indexOf(agent), 1);
    if (code === 0) ended.resolve({ code: 0, why: 'the agent was closed' });
    else if (crashes < 3) {
      say(`the agent ended with ${signal ?? code}; starting it again\n${lastWords(agent)}`);
      keepAgentRunning(electron, env, crashes + 1);
    } else
      ended.resolve({ code: 1, why: `the agent ended ${crashes + 1} times\n${lastWords(agent)}` });
  });
}

/** Without Chromium's complaints about the D-Bus that a bare machine has not. */
const lastWords = (agent) =>
  agent
    .log()
    .split('\n')
    .filter((line) => !line.includes(':ERROR:bus.cc'))
    .slice(-10)
    .join('\n');

function tellWhatToDo(stack, display, hidden) {
  const people = stack.people.map(
    ({ name, role, pin }) => `    ${name.padEnd(24)} ${role.padEnd(24)} PIN ${pin}`,
  );
  process.stdout.write(
    [
      '',
      'Wardlock is running. Its keys are SIMULATED; nothing here protects anything.',
      '',
      hidden
        ? `  Station      on display ${display} (no screen here: see out/screenshots/start.png)`
        : `  Station      on display ${display}`,
      `  Demo keys    ${stack.keys.pageUrl}  (also the window "Demo keys")`,
      `  Console      ${stack.consoleUrl()}`,
      `  Clinical app ${stack.appUrl}`,
      '',
      '  People and their keys:',
      ...people,
      '',
      '  1. In "Demo keys" insert the key of a person.',
      '  2. At the station type that PIN, then touch the key in "Demo keys".',
      "  3. Insert somebody else's key to take over; wait two minutes to see it lock.",
      '',
      '  Ctrl-C ends everything and keeps the data.',
      '',
      '',
    ].join('\n'),
  );
}

/** Nobody sees this display; the picture is for those who want to know that something is there. */
async function picture(display) {
  const file = path.join(root, 'out', 'screenshots', 'start.png');
  await mkdir(path.dirname(file), { recursive: true });
  for (let tries = 0; tries < 20 && !stopping; tries += 1) {
    await sleep(2000);
    await display.screenshot(file);
    // A screen on which nothing is drawn yet compresses to next to nothing.
    if ((await stat(file)).size > 20_000) break;
  }
  await sleep(3000);
  await display.screenshot(file);
  say(`wrote ${path.relative(process.cwd(), file)}`);
}

/** The agent first, so that it can still hand its last events to the server. */
async function stopAll() {
  stopping = true;
  while (running.length > 0) await running.pop().stop();
}
