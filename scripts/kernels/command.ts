/** Where files of tests are run, and how. */
export interface RunOptions {
  /** AVA's arguments. */
  readonly ava: readonly string[]
  /** The age at which a guest begins no further file. */
  readonly seconds: number
  /** How many files are run at a time. */
  readonly jobs: number
}

export const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`

/**
 * The command for bash that runs files in turn until it is too late for another one, and leaves what each printed,
 * recorded, and ended with in a directory. Emulation is ten times slower than the machine.
 */
export function commandOf(files: readonly string[], { ava, seconds, jobs }: RunOptions, directory: string): string {
  const words = ['node', 'node_modules/ava/entrypoints/cli.mjs', '--tap', `--timeout=${seconds * 3}s`, ...ava]
  return `
work() {
  index=-1
  for file in ${files.map(quoted).join(' ')}; do
    index=$((index + 1))
    [ $SECONDS -ge ${seconds} ] && break
    mkdir ${directory}/$index 2>/dev/null || continue
    start=$SECONDS
    export LINKWRIGHT_TEST_RECORDS=${directory}/$index/records LINKWRIGHT_TEST_PATIENCE=10
    ${words.map(quoted).join(' ')} "$file" >${directory}/$index/tap 2>&1
    echo $? $((SECONDS - start)) >${directory}/$index/status
    echo "== $file"
    cat ${directory}/$index/tap
  done
}
for job in $(seq ${jobs}); do work & done
wait
`
}
