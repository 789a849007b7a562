import type { KeyRefusal } from '../../common/key-refusal.ts';
import { UDEV_RULE } from '../../native/hid/udev-rule.ts';
import type { KeyFacts, KeyInspection } from '../../native/key-inspection.ts';
import type { Row } from './rows.ts';

type Key = KeyInspection['keys'][number];

/** The rows about security keys. */
export function keyRows({ listed, keys }: KeyInspection, platform: string): readonly Row[] {
  const hid = { id: 'keys', source: 'HID usage page F1D0' };
  if (!listed) {
    return [
      {
        ...hid,
        status: 'failed',
        value: 'the HID devices of this computer cannot be listed',
        remedy: 'On Linux install libudev1 and libusb-1.0-0; then run this again.',
      },
    ];
  }
  if (keys.length === 0) {
    return [
      {
        ...hid,
        status: 'not run',
        value: 'no security key is plugged in',
        remedy: 'Plug a key in, and run this again.',
      },
    ];
  }
  const value = `${keys.length} plugged in`;
  return [
    { ...hid, status: 'ok', value, remedy: null },
    ...keys.flatMap((key, index) => rowsOf(key, `key.${index + 1}`, platform)),
  ];
}

export const noInspection = (why: string): Row => ({
  id: 'keys',
  status: 'failed',
  value: `the key process did not look at the keys: ${why}`,
  source: 'key process',
  remedy: 'Install the agent anew. If that does not help, the log of this run says more.',
});

function rowsOf(key: Key, id: string, platform: string): readonly Row[] {
  const source = key.simulated ? 'simulated slot' : key.id;
  if (key.found.kind === 'refused') {
    const { code } = key.found;
    const remedy = remedyOf(code, platform);
    return [
      { id: `${id}.open`, status: 'failed', value: `${key.product}: ${code}`, source, remedy },
    ];
  }
  return [
    { id: `${id}.open`, status: 'ok', value: key.product, source, remedy: null },
    ...factRows(key.found, id),
  ];
}

/** What to do about a key that could not be asked. */
function remedyOf(code: KeyRefusal, platform: string): string {
  switch (code) {
    case 'no-permission':
      return platform === 'linux'
        ? `Write this line to /etc/udev/rules.d/71-wardlock.rules, put the agent's user into the group wardlock, and plug the key in again: ${UDEV_RULE}`
        : 'Windows opens security keys for administrators only; this station cannot use them this way.';
    case 'busy':
      return 'Another program talks with it, or somebody is signing in: close browsers and key managers, and run this again.';
    case 'removed':
      return 'It went away. Plug it in again, in another port if need be, and run this again.';
    case 'u2f-only':
      return 'It is too old to hold a PIN: replace it by a FIDO2 key.';
    default:
      return 'It does not answer as a FIDO2 key does. Try another port; if it stays so, replace it.';
  }
}

function factRows(facts: KeyFacts, id: string): readonly Row[] {
  const row = (
    name: string,
    value: string,
    { source = 'getInfo', wrong = '', hint = '' } = {},
  ): Row => ({
    id: `${id}.${name}`,
    status: wrong === '' ? 'ok' : 'failed',
    value,
    source,
    remedy: wrong || hint || null,
  });
  const { versions, pinProtocols, freeSlots } = facts;
  const isFido2 = versions.some((version) => version.startsWith('FIDO_2_'));
  const hasProtocol = pinProtocols.some((protocol) => protocol === 1 || protocol === 2);
  return [
    row('versions', versions.join(' ') || 'none', {
      wrong: isFido2 ? '' : remedyOf('u2f-only', ''),
    }),
    row('pin-protocols', pinProtocols.join(' ') || 'none', {
      wrong: hasProtocol ? '' : 'It knows no PIN protocol that the agent knows (1, 2): replace it.',
    }),
    pinRow(facts, row),
    ...(facts.pinRetries === undefined ? [] : [triesRow(facts, facts.pinRetries, row)]),
    row('min-pin', `${facts.minPinLength} characters`),
    row('fingerprint', fingerprint(facts)),
    row('always-uv', facts.alwaysUv ? 'on' : 'off'),
    row('management', facts.management ? 'yes' : 'no'),
    row('free-slots', freeSlots === undefined ? 'not told' : `${freeSlots}`, {
      hint: freeSlots === 0 ? 'Nobody else can be set up on it until an entry is deleted.' : '',
    }),
  ];
}

type MakeRow = (
  name: string,
  value: string,
  more?: { readonly source?: string; readonly wrong?: string; readonly hint?: string },
) => Row;

function pinRow({ pinSet, mustChangePin }: KeyFacts, row: MakeRow): Row {
  if (pinSet === undefined) {
    return row('pin', 'not supported', { wrong: 'It cannot hold a PIN: replace it.' });
  }
  if (!pinSet) {
    return row('pin', 'none set', { wrong: 'Set a PIN on it together with its owner.' });
  }
  return mustChangePin
    ? row('pin', 'must be changed', { wrong: 'Change its PIN together with its owner.' })
    : row('pin', 'set');
}

function triesRow({ needsReinsert }: KeyFacts, left: number, row: MakeRow): Row {
  const source = 'getPINRetries';
  if (left === 0) {
    const wrong = 'It is locked. Reset it, which deletes what is on it, and enroll it anew.';
    return row('tries', 'none left', { source, wrong });
  }
  return row('tries', `${left} left`, {
    source,
    wrong: needsReinsert ? 'Three wrong PINs in a row: take it out and put it back.' : '',
  });
}

function fingerprint({ fingerprint: taught, fingerprintRetries }: KeyFacts): string {
  if (taught === undefined) return 'no sensor';
  return taught ? `taught, ${fingerprintRetries ?? 0} tries left` : 'none taught';
}
