// Who may import whom. An area may import itself, what is listed for it, and nothing else.
// Unit tests beside their source are free to reach for what they need, but nothing imports a test.
const packages = (...names) => names.map((name) => `(^|/)node_modules/${name}/`);
const everyPackage = '(^|/)node_modules/';

const areas = [
  // Runs in agent, server, pages and auditors' tools: nothing of any platform.
  { area: 'common', may: packages('zod', 'canonicalize', 'jose') },
  // Pure: no clock, timers, randomness, node or electron.
  { area: 'main/domain', may: ['^common/'] },
  { area: 'main/ports', may: ['^main/domain/', '^common/', '^native/key-protocol[.]ts$'] },
  {
    area: 'main/app',
    may: [
      '^main/(domain|ports)/',
      '^common/',
      '^preload/contract[.]ts$',
      '^native/key-protocol[.]ts$',
    ],
  },
  { area: 'main/diagnosis', may: ['^common/', '^native/(key-inspection|hid/udev-rule)[.]ts$'] },
  {
    area: 'main/adapters',
    may: ['^main/(ports|domain)/', '^common/', '^native/', everyPackage],
    node: true,
  },
  {
    area: 'main/ipc',
    may: ['^preload/contract[.]ts$', '^common/', ...packages('electron', 'zod')],
    node: true,
  },
  {
    area: 'main/windows',
    may: [
      '^main/(ports|domain|ipc)/',
      '^preload/contract[.]ts$',
      '^common/',
      ...packages('electron', 'zod'),
    ],
    node: true,
  },
  { area: 'native/ctap2', may: ['^common/'] },
  { area: 'native/hid', may: ['^common/', '^native/ctap2/', ...packages('node-hid')], node: true },
  {
    area: 'native',
    may: ['^common/', ...packages('zod', 'electron')],
    node: true,
    except: '^native/(ctap2|hid)/',
  },
  { area: 'preload', may: ['^common/', ...packages('electron', 'zod')] },
  {
    area: 'renderer',
    may: [
      '^assets/',
      '^preload/contract[.]ts$',
      '^common/',
      ...packages('react', 'react-dom', '@types/react', '@types/react-dom', 'react-i18next'),
      ...packages('i18next', 'zustand', 'zod', 'lucide-static', '@fontsource-variable'),
    ],
  },
  {
    area: 'server/console',
    may: [
      '^assets/',
      '^common/',
      '^server/domain/(clock|judge|proof)[.]ts$',
      ...packages('react', 'react-dom', '@types/react', '@types/react-dom', 'react-i18next'),
      ...packages('i18next', 'zustand', 'zod', 'lucide-static', '@fontsource-variable'),
    ],
  },
  {
    area: 'server',
    may: ['^common/', '(^|/)node_modules/(?!(electron|node-hid|react|react-dom)/)'],
    node: true,
    except: '^server/console/',
  },
];

const unitTest = '[.]test[.]tsx?$';

const areaRules = areas.map(({ area, may, node = false, except }) => ({
  name: `${area.replaceAll('/', '-')}-imports`,
  severity: 'error',
  comment: `${area} may import only itself and what .dependency-cruiser.cjs lists for it`,
  from: { path: `^${area}/`, pathNot: except === undefined ? [unitTest] : [unitTest, except] },
  to: {
    couldNotResolve: false,
    pathNot: [`^${area}/`, ...may],
    ...(node ? { dependencyTypesNot: ['core'] } : {}),
  },
}));

module.exports = {
  forbidden: [
    ...areaRules,
    {
      name: 'server-never-its-pages',
      severity: 'error',
      comment: 'the console reaches the server over HTTP only, and the server serves its bundle',
      from: { path: '^server/', pathNot: '^server/console/' },
      to: { path: '^server/console/' },
    },
    {
      name: 'console-takes-types-only',
      severity: 'error',
      comment: 'the console has words for every code of the server, and none of its program',
      from: { path: '^server/console/', pathNot: unitTest },
      to: { path: '^server/domain/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'nothing-imports-a-test',
      severity: 'error',
      comment: 'product code does not know that tests exist; smoke and bench are tests',
      from: { pathNot: ['^test/', unitTest, '^tools/smoke[.]mjs$', '^bench/'] },
      to: { path: ['^test/', unitTest] },
    },
    {
      name: 'simulator-stands-alone',
      severity: 'error',
      comment: 'a simulated key that shared code with the client would share its mistakes',
      from: { path: '^test/simulator/' },
      to: { path: '^(native|main)/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'a cycle has no first module',
      from: {},
      to: { circular: true, viaOnly: { pathNot: '(^|/)node_modules/' } },
    },
    {
      name: 'nothing-unresolved',
      severity: 'error',
      comment: 'an import that leads nowhere (what the build itself makes is called wardlock:…)',
      from: {},
      to: { couldNotResolve: true, pathNot: '^([.]{1,2}/out/|wardlock:)' },
    },
  ],
  options: {
    doNotFollow: { path: '(^|/)node_modules/' },
    exclude: { path: '^(out|dist)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
