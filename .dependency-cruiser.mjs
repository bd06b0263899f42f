// The floors of the house, from the ground up. Imports go down, or stay on their floor; `npm run layers` checks it.
// A new file or directory directly under src/ has to be entered here.
const floors = [
  ['ip/', 'packet/', 'error.ts', 'alikeProblems.ts', 'grouped.ts', 'ownValue.ts', 'result.ts', 'nearest.ts'],
  ['system/'],
  ['netlink/'],
  ['genetlink/'],
  ['rtnetlink/', 'nftables/'],
  ['tuntap/'],
  ['network/'],
  ['spec/'],
  ['guests/'],
  ['state/'],
  ['reconcile/'],
  ['index.ts'],
  ['testing/'],
  ['cli/'],
]

// Those of the reconciler, in the same way; types may come from above, since nothing is left of them when the program runs.
const reconcilerFloors = [
  ['steps/', 'capability/', 'guards/'],
  ['reach/', 'equivalent/', 'renames/', 'observe/'],
  ['diff/'],
  ['losses/'],
  ['plan/', 'world/'],
  ['execute/', 'options/'],
  ['rollback/'],
  ['transaction/'],
  ['apply.ts', 'observeAndPlan.ts', 'snapshot.ts', 'stepsMissing.ts'],
  ['watch/'],
].map((floor) => floor.map((place) => `reconcile/${place}`))

// Packages that only one place may import, so that each can be replaced there.
const doors = {
  'ts-results': ['result.ts'],
  koffi: ['system/'],
  netlink: ['netlink/transports/npmSocket.ts', 'netlink/transports/npmNetlink.ts'],
  valibot: ['spec/', 'reconcile/transaction/records.ts', 'reconcile/transaction/journalRoute.ts'],
  '@valibot/to-json-schema': [],
  'fastest-levenshtein': ['nearest.ts'],
  yaml: ['cli/'],
  commander: ['cli/'],
}

// Development dependencies that the build bundles into what is published (scripts/bundle.ts).
const bundled = ['commander', 'fastest-levenshtein', 'valibot', 'yaml']

const pattern = (places) => `^src/(?:${places.map((place) => place.replaceAll('.', '\\.')).join('|') || '(?!)'})`
const onlyDown = (floors, options = {}) =>
  floors.slice(0, -1).map((floor, index) => ({
    name: `only-down-from-${floor[0].replace(/\W/g, '-').replace(/-$/, '')}`,
    severity: 'error',
    from: { path: pattern(floor) },
    to: { path: pattern(floors.slice(index + 1).flat()), ...options },
  }))
const packages = (names) => `(?:^|/)node_modules/(?:@types/)?(?:${names})/`

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circle',
      comment: 'A circle that a type-only import closes is none when the program runs.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'known-floors-only',
      comment: 'Every file under src/ stands on one of the floors of .dependency-cruiser.mjs.',
      severity: 'error',
      from: { path: '^src/', pathNot: pattern(floors.flat()) },
      to: {},
    },
    {
      name: 'known-reconciler-floors-only',
      severity: 'error',
      from: { path: '^src/reconcile/', pathNot: pattern(reconcilerFloors.flat()) },
      to: {},
    },
    ...onlyDown(floors),
    ...onlyDown(reconcilerFloors, { dependencyTypesNot: ['type-only'] }),
    {
      name: 'nothing-imports-testing',
      severity: 'error',
      from: { path: '^src/', pathNot: pattern(['testing/']) },
      to: { path: pattern(['testing/']) },
    },
    {
      name: 'src-stands-alone',
      comment: 'What is published cannot need what is not.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(?:test|examples|scripts|dist)/' },
    },
    ...Object.entries(doors).map(([name, places]) => ({
      name: `one-door-to-${name.replace(/\W+/g, '-').replace(/^-/, '')}`,
      severity: 'error',
      from: { path: '^src/', pathNot: pattern(places) },
      to: { path: packages(name) },
    })),
    {
      name: 'raw-socket-only',
      comment: 'The request layer of the package netlink loses errors and mixes dumps up.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: packages('netlink'), pathNot: '/netlink/dist/raw\\.' },
    },
    {
      name: 'declared-dependencies-only',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: packages(bundled.join('|')) },
    },
    { name: 'resolvable', severity: 'error', from: { path: '^src/' }, to: { couldNotResolve: true } },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
