// Without zod: the pages use these lists, and their policy forbids what zod does when it is loaded.

/** What the connection test looks at, in the order in which one needs the other. */
export const checkNames = [
  'name',
  'connection',
  'server',
  'clock',
  'station',
  'directory',
  'keys',
  'idle',
] as const;
export type CheckName = (typeof checkNames)[number];

/** What a check found; each code has its sentence, and a remedy where one is wanted. */
export const findings = {
  good: [
    'name-found',
    'name-local',
    'tls-good',
    'connection-local',
    'server-good',
    'clock-good',
    'station-good',
    'directory-good',
    'keys-good',
    'keys-none',
    'idle-good',
  ],
  bad: [
    'name-unknown',
    'connection-refused',
    'connection-silent',
    'tls-missing',
    'certificate-untrusted',
    'certificate-date',
    'certificate-name',
    'server-other',
    'server-failing',
    'clock-off',
    'station-unknown',
    'station-pending',
    'station-revoked',
    'station-refused',
    'directory-missing',
    'keys-crashed',
    'idle-still',
  ],
  /** Needs something else first. */
  later: ['after-server', 'after-pairing', 'after-start'],
} as const;
export type Finding = (typeof findings)[keyof typeof findings][number];
