// The demo practice: four people, one station group, three clinical apps. Everything here is made up.

/** PINs of simulated keys only. A real person's PIN is known to that person and their key alone. */
export const demoPeople = [
  {
    id: '6f1c2a34-0b5d-4e83-9a17-3d2c8e4b5f01',
    name: 'Maria Lopez',
    givenName: 'Maria',
    familyName: 'Lopez',
    role: 'Nurse',
    pin: '482915',
  },
  {
    id: 'b27e9d50-6c41-4f0a-8d3b-71a5c90e2f02',
    name: 'Dr. Chen Wei',
    givenName: 'Chen',
    familyName: 'Wei',
    title: 'Dr.',
    role: 'Physician',
    pin: '736208',
  },
  {
    id: '3ad84e17-92f6-4b2c-b5e0-c8f1706d9a03',
    name: 'Tomás Rivera',
    givenName: 'Tomás',
    familyName: 'Rivera',
    role: 'IT administrator',
    administrator: true,
    pin: '915074',
  },
  {
    id: 'e905b7c2-4d18-4a6f-a2c9-05e6d3b81f04',
    name: 'Renata Okoye',
    givenName: 'Renata',
    familyName: 'Okoye',
    role: 'Security officer',
    pin: '260843',
  },
];

/**
 * practice.json for `wardlock-server seed`.
 * @param {object} options
 * @param {{ person: string, id: string, publicKey: string, userHandle: string }[]} options.credentials
 *   one per person's key; all base64url, publicKey is a COSE_Key
 * @param {string} options.appUrl where the demo clinical app is served
 * @param {string[]} [options.appHosts] where its pages may go; its own host when left out
 * @param {string[]} [options.appAllow] what its pages may do that is refused otherwise
 * @param {Record<string, unknown>} [options.policy] overrides of the default policy
 */
export function demoPractice({
  credentials,
  appUrl,
  appHosts = [new URL(appUrl).host],
  appAllow = [],
  policy = {},
}) {
  const app = (id, name, icon, autoStart) => ({
    id,
    name,
    icon,
    url: new URL(id, appUrl).href,
    autoStart,
    allowedHosts: appHosts,
    allow: appAllow,
  });
  return {
    practice: 'Lakeside Community Hospital (demo)',
    rpId: 'localhost',
    groups: [
      {
        name: 'ICU North',
        policy,
        apps: [
          app('chart', 'Chart', 'clipboard-pen', true),
          app('medication', 'Medication', 'pill', true),
          app('labs', 'Labs', 'flask-conical', false),
        ],
      },
    ],
    members: demoPeople.map(({ id, givenName, familyName, title, role, administrator }) => ({
      id,
      givenName,
      familyName,
      ...(title === undefined ? {} : { title }),
      role,
      active: true,
      ...(administrator ? { administrator } : {}),
    })),
    credentials: credentials.map(({ person, id, publicKey, userHandle }) => ({
      id,
      member: person,
      publicKey,
      userHandle,
      counter: 0,
      active: true,
    })),
  };
}
