import fc from 'fast-check';
import { WISH_CHANNEL, askChannel, stationContract, tellChannel } from '../../preload/contract.ts';

/**
 * What a page that was taken over has instead of its preload: every channel, any argument. Put in front of the
 * built preload scripts.
 */
export const RAW_BRIDGE = `{
  const { contextBridge, ipcRenderer } = require('electron');
  contextBridge.exposeInMainWorld('raw', {
    invoke: (channel, args) => ipcRenderer.invoke(channel, ...args),
    send: (channel, args) => ipcRenderer.send(channel, ...args),
    post: (channel, args) => ipcRenderer.postMessage(channel, args[0], [new MessageChannel().port1]),
  });
}
`;

/** JavaScript of values that JSON does not know, or that mean something to the contract. */
const PECULIAR = [
  'undefined',
  'null',
  'NaN',
  '-0',
  '1n',
  'Infinity',
  'new Map([[1, 2]])',
  'new Date(NaN)',
  'new ArrayBuffer(9)',
  'new Error("x")',
  '(() => { const a = []; a.push(a); return a })()',
  '(() => 1)',
  'Symbol("x")',
  '"x".repeat(200000)',
  '{ length: 6, byteLength: 6, 0: 1 }',
  '{ ["__proto__"]: { kind: "named" } }',
  'window',
  'document.body',
  'new Promise(() => 0)',
  '"en"',
  '"es"',
  '"chart"',
  '"print"',
  '"__proto__"',
  '"clock"',
  '"server"',
  '{ kind: "named", givenName: "Maria", familyName: "Lopez" }',
];

const value: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom(...PECULIAR),
    fc.uint8Array({ maxLength: 70 }).map((bytes) => `new Uint8Array([${bytes.join()}])`),
    fc
      .stringMatching(/^\d{4,8}$/)
      .map((pin) => `new Uint8Array([${[...pin].map((digit) => digit.charCodeAt(0)).join()}])`),
    fc.jsonValue().map((json) => JSON.stringify(json)),
    fc.uuid().map((id) => JSON.stringify(id)),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join()}]`),
    fc.dictionary(fc.string({ maxLength: 8 }), tie('value'), { maxKeys: 4 }).map(
      (record) =>
        `{ ${Object.entries(record)
          .map(([k, v]) => `[${JSON.stringify(k)}]: ${v}`)
          .join()} }`,
    ),
  ),
})).value;

const asks = Object.keys(stationContract.ask);
const channel = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...asks.map(askChannel)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      tellChannel('view'),
      WISH_CHANNEL,
      'station:ask:',
      'view',
      '__proto__',
    ),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
);

const call = fc
  .record({
    how: fc.constantFrom('invoke', 'invoke', 'invoke', 'send', 'post'),
    channel,
    args: fc.oneof(
      { weight: 1, arbitrary: fc.constant([] as string[]) },
      { weight: 3, arbitrary: fc.array(value, { maxLength: 3 }) },
    ),
  })
  .map(
    ({ how, channel: name, args }) => `() => raw.${how}(${JSON.stringify(name)}, [${args.join()}])`,
  );

const AT_ONCE = 8;

/** `calls` messages in bursts, each burst the JavaScript of functions that are to be called at once. */
export const hostileBursts = (calls: number, seed: number): readonly (readonly string[])[] =>
  fc.sample(fc.array(call, { minLength: AT_ONCE, maxLength: AT_ONCE }), {
    numRuns: Math.ceil(calls / AT_ONCE),
    seed,
  });

/**
 * JavaScript that calls a burst and resolves to JSON: for each call its answer, its refusal, or `silence`
 * after three seconds.
 */
export const callAll = (burst: readonly string[]): string => `(async () => {
  const patience = new Promise((resolve) => setTimeout(resolve, 3000, { silence: true }));
  const outcome = async (call) => {
    try { return { answer: await call() } } catch (error) { return { refusal: String(error) } }
  };
  const all = await Promise.all([${burst.join()}].map((call) => Promise.race([outcome(call), patience])));
  return JSON.stringify(all, (_, value) => typeof value === 'bigint' ? String(value) : value);
})()`;
