/** Where files of tests are run, and how. */
export interface RunOptions {
  /** AVA's arguments. */
  readonly ava: readonly string[]
  /** The age at which a guest begins no further file. */
  readonly seconds: number
}

export const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`

/**
 * The command for bash that runs files one after another until it is too late for another one, and leaves what each
 * printed, recorded, and ended with in a directory. One at a time, since emulation is ten times slower than the machine,
 * and the requests of one file get no answer in time where another one waits for tools.
 */
export function commandOf(files: readonly string[], { ava, seconds }: RunOptions, directory: string): string {
  const words = ['node', 'node_modules/ava/entrypoints/cli.mjs', '--tap', `--timeout=${seconds * 3}s`, ...ava]
  return `
index=0
for file in ${files.map(quoted).join(' ')}; do
  [ $SECONDS -ge ${seconds} ] && break
  echo "== $file"
  start=$SECONDS
  export LINKWRIGHT_TEST_RECORDS=${directory}/$index.records
  ${words.map(quoted).join(' ')} "$file" 2>&1 | tee ${directory}/$index.tap
  echo \${PIPESTATUS[0]} $((SECONDS - start)) >${directory}/$index.status
  index=$((index + 1))
done
`
}
