import { createRequire } from 'node:module'
import { Command, CommanderError } from 'commander'
import { exitStatus } from './exitStatus.js'
import type { Output } from './output.js'
import { standardOutput } from './output.js'

/** What every command takes. */
export interface GlobalOptions {
  readonly namespace?: string
  readonly json?: boolean
}

/** Runs the command line and returns the exit status. */
export async function run(argv: readonly string[], output: Output = standardOutput()): Promise<number> {
  let status: number = exitStatus.done
  const program = new Command('linkwright')
    .description('Write down what the network should look like, and apply it.')
    .version(version(), '--version', 'print the version')
    .configureOutput({ writeOut: (text) => output.out(text), writeErr: (text) => output.err(text) })
    .exitOverride()
    .showHelpAfterError('(see linkwright --help)')

  withCommonOptions(program.command('plan'))
    .description('show what apply would do; exit status 3 if there is something to change')
    .argument('<file>', 'the spec: YAML or JSON, - for standard input')
    .option('--forbid-disruption', 'fail if the plan would interrupt traffic')
    .action(async (file: string, options) => {
      const { planCommand } = await import('./plan.js')
      status = await planCommand(file, options, output)
    })

  withCommonOptions(program.command('apply'))
    .description('bring the network to what the spec says, or leave it as it was')
    .argument('<file>', 'the spec: YAML or JSON, - for standard input')
    .option('--forbid-disruption', 'fail if the plan would interrupt traffic')
    .action(async (file: string, options) => {
      const { applyCommand } = await import('./apply.js')
      status = await applyCommand(file, options, output)
    })

  withCommonOptions(program.command('watch'))
    .description("tell of every drift from the spec, by the kernel's notifications, until interrupted")
    .argument('<file>', 'the spec: YAML or JSON, - for standard input')
    .option('--heal', 'repair each drift at once')
    .option('--forbid-disruption', 'leave alone what cannot be repaired without interrupting traffic')
    .action(async (file: string, options) => {
      const { watchCommand } = await import('./watch.js')
      status = await watchCommand(file, options, output)
    })

  withCommonOptions(program.command('show'))
    .description('print the live state as a spec')
    .action(async (options) => {
      const { showCommand } = await import('./show.js')
      status = await showCommand(options, output)
    })

  try {
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // Commander has told why already, unless all was well: --help and --version end this way too.
    return error.exitCode === 0 ? exitStatus.done : exitStatus.usage
  }
  return status
}

function withCommonOptions(command: Command): Command {
  return command
    .option('-n, --namespace <name>', 'the network namespace: a name of ip netns, or a path')
    .option('--json', 'print one JSON document, errors included')
}

function version(): string {
  const manifest: unknown = createRequire(import.meta.url)('linkwright/package.json')
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown'
}
