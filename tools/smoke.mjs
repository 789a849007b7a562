// `npm run smoke`: the main job once, unattended, on real parts: a key login, an idle lock, a resume,
// a switch, and the events as the server stored them. --json FILE writes the outcome for machines.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { launchAgent } from '../test/support/electron-app.ts';
import { connectControl } from '../test/support/simulator.ts';
import { station as stationDriver, until } from '../test/support/station.ts';
import { startDemoStack } from './demo-stack.mjs';
import { say } from './log.mjs';

const { values } = parseArgs({ options: { json: { type: 'string' } } });
const items = [];
const cleanUp = [];
let runtime = 'none';

async function step(name, run) {
  try {
    const eventId = await run();
    items.push({ step: name, ok: true, eventId: eventId ?? null });
    say(`ok      ${name}`);
  } catch (error) {
    items.push({ step: name, ok: false, eventId: null, error: error.message });
    say(`FAILED  ${name}: ${error.message}`);
    throw error;
  }
}

async function main() {
  const data = await mkdtemp(path.join(tmpdir(), 'wardlock-smoke-'));
  cleanUp.push(() => rm(data, { recursive: true, force: true }));
  const stack = await startDemoStack({
    data,
    policy: { idleLockSeconds: 8, idleWarningSeconds: 4 },
  });
  cleanUp.push(() => stack.stop());
  const keys = await connectControl(stack.keys.control);
  cleanUp.push(() => keys.close());
  const agent = await launchAgent({ env: stack.agentEnvironment });
  cleanUp.push(() => agent.stop());
  runtime = agent.runtime;
  say(runtime);
  const station = stationDriver(agent.app, keys);
  const [nurse, physician] = stack.people;
  const note = `Skin warm, daughter visited ${Date.now()}`;
  const server = eventsOf(stack);

  await step('the curtain is down and waits for a key', async () => {
    await station.stepIs('waiting');
  });
  await step('a nurse opens a session with key, PIN and touch', async () => {
    await station.open(nurse);
    return server.next({ type: 'session.opened', member: nurse.id, outcome: 'success' });
  });
  let document;
  await step('she writes into a form of a clinical app', async () => {
    const chart = await station.clinicalApp('/chart');
    await chart.locator('textarea').first().fill(note);
    document = await chart.evaluate(() => window.__documentId);
    if (!document) throw new Error('the clinical app has no document id');
  });
  await step('the station warns before it locks', async () => {
    await until('the idle warning', async () => {
      const { screen } = await station.view();
      return screen.kind === 'session' && screen.over.kind === 'idle';
    });
  });
  await step('it locks when nobody moves', async () => {
    await station.screenIs('curtain');
    const shown = await station.shown();
    if (!shown.includes('/curtain') || shown.some((name) => name !== '/curtain' && name !== '/')) {
      throw new Error(`on screen: ${shown.join(' ')}`);
    }
    return server.next({ type: 'session.locked', member: nurse.id, cause: 'idle' });
  });
  await step('she resumes with key and PIN, and her text is still there', async () => {
    await station.open(nurse);
    const chart = await station.clinicalApp('/chart');
    const now = await chart.evaluate(() => window.__documentId);
    const text = await chart.locator('textarea').first().inputValue();
    if (now !== document) throw new Error('the page was loaded again');
    if (text !== note) throw new Error(`the form holds "${text}"`);
    return server.next({ type: 'session.resumed', member: nurse.id, outcome: 'success' });
  });
  await step('a physician takes over; the nurse is parked', async () => {
    await (await station.bar()).getByRole('button', { name: /Switch|Cambiar/ }).click();
    await station.screenIs('curtain');
    await station.open(physician);
    return server.next({ type: 'session.parked', member: nurse.id, cause: 'switch' });
  });
  await step('the physician works in a session of his own', async () => {
    const { screen } = await station.view();
    if (screen.kind !== 'session') throw new Error('no session on screen');
    const text = await (
      await station.clinicalApp('/chart', 1)
    )
      .locator('textarea')
      .first()
      .inputValue();
    if (text.includes(note)) throw new Error("the nurse's text is in the physician's form");
    return server.next({ type: 'session.opened', member: physician.id, outcome: 'success' });
  });
  await step('the server has every event once, in order, and verified', () => server.whole());
}

/** The events as the server stored them, fetched over HTTP and matched one by one. */
function eventsOf(stack) {
  const address = new URL(stack.consoleUrl());
  const token = address.searchParams.get('token');
  let seen = 0;
  const fetchEvents = async (after) => {
    const response = await fetch(new URL(`/v1/console/events?after=${after}&limit=500`, address), {
      headers: { authorization: `Bearer ${token}` },
    });
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    const { events } = await response.json();
    return events.map((listed) => ({ ...listed, event: JSON.parse(listed.canonical) }));
  };
  const matches = (event, { cause, ...wanted }) =>
    Object.entries(wanted).every(([name, value]) => event[name] === value) &&
    (cause === undefined || event.detail.cause === cause);
  return {
    /** Id of the next event about a session, which must be this one. */
    async next(wanted) {
      const [first] = await until(`${wanted.type} at the server`, async () => {
        const fresh = (await fetchEvents(seen)).filter(({ event }) =>
          event.type.startsWith('session.'),
        );
        return fresh.length > 0 ? fresh : undefined;
      });
      if (!matches(first.event, wanted)) {
        throw new Error(`expected ${JSON.stringify(wanted)}, the server has ${first.canonical}`);
      }
      if (first.verdict !== 'verified')
        throw new Error(`the server says ${first.verdict}: ${first.reason}`);
      seen = first.id;
      return first.id;
    },
    async whole() {
      const all = await fetchEvents(0);
      const bad = all.find(({ verdict }) => verdict !== 'verified');
      if (bad) throw new Error(`event ${bad.id} is ${bad.verdict}: ${bad.reason}`);
      all.forEach(({ event }, index) => {
        if (event.seq !== index + 1)
          throw new Error(`event ${index + 1} has the number ${event.seq}`);
        const prev = index === 0 ? '0'.repeat(64) : all[index - 1].hash;
        if (event.prev !== prev)
          throw new Error(`event ${event.seq} does not follow the one before`);
      });
      return all.at(-1)?.id;
    },
  };
}

let code = 0;
try {
  await main();
} catch (error) {
  code = items.some(({ ok }) => !ok) ? 1 : 2;
  if (code === 2) process.stderr.write(`could not run: ${error.stack}\n`);
}
for (const end of cleanUp.reverse()) {
  await Promise.resolve(end()).catch((error) => process.stderr.write(`${error.stack}\n`));
}
if (values.json) {
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
  const outcome = { schema: 1, command: 'smoke', commit, runtime, ok: code === 0, items };
  await writeFile(values.json, `${JSON.stringify(outcome, null, 2)}\n`);
}
say(`${items.filter(({ ok }) => ok).length} of ${items.length} steps seen`);
process.exit(code);
