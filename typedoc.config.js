import { readFileSync } from 'node:fs'

/** @type {{ exports: Readonly<Record<string, string | { types: string }>> }} */
const { exports } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'))

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  name: 'linkwright',
  entryPoints: Object.values(exports).flatMap((entry) =>
    typeof entry === 'string' ? [] : [entry.types.replace('./dist/', '').replace('.d.ts', '.ts')],
  ),
  projectDocuments: ['docs/*.md'],
  out: 'site',
  displayBasePath: '.',
  tsconfig: 'tsconfig.json',

  // What is published is documented as a whole, or the build fails.
  excludeInternal: true,
  excludePrivate: true,
  excludeExternals: true,
  validation: {
    notExported: true,
    invalidLink: true,
    invalidPath: true,
    rewrittenLink: true,
    notDocumented: true,
    unusedMergeModuleWith: true,
  },
  // What public types are computed from.
  intentionallyNotExported: ['offloadBits', 'BuiltIn', 'OptionsOf', 'WithPort', 'PortOf', 'KernelSide', 'Flat'],
  treatWarningsAsErrors: true,
  // Properties are left out: those of the raw attributes and of unions' variants say all by their names.
  requiredToBeDocumented: [
    'Module',
    'Class',
    'Interface',
    'TypeAlias',
    'Enum',
    'EnumMember',
    'Function',
    'Variable',
    'Method',
    // What sets is documented by what gets.
    'GetSignature',
  ],

  // Guides first, then the face, then the parts.
  navigation: { includeCategories: true, includeGroups: true, includeFolders: false },
  sortEntryPoints: false,
  sort: ['source-order'],
  highlightLanguages: ['typescript', 'javascript', 'json', 'yaml', 'shellscript', 'console', 'c'],

  // The site needs no network and is the same for the same commit.
  hideGenerator: true,
  cacheBust: false,
  githubPages: true,
  includeVersion: true,
  disableGit: true,
  gitRevision: process.env['GITHUB_SHA'] ?? 'main',
  sourceLinkTemplate: 'https://github.com/linkwright/linkwright/blob/{gitRevision}/{path}#L{line}',
  navigationLinks: { GitHub: 'https://github.com/linkwright/linkwright' },
}
