import { createRequire } from 'node:module'
import { Command, CommanderError } from 'commander'
import { exitStatus } from './exitStatus.js'
import type { Output } from './output.js'
import { standardOutput } from './output.js'
import { collected, endpoints, integer, seconds } from './values.js'

/** What every command takes. */
export interface GlobalOptions {
  readonly namespace?: string
  readonly json?: boolean
}

/** Runs the command line and returns the exit status. */
export async function run(argv: readonly string[], output: Output = standardOutput()): Promise<number> {
  let status: number = exitStatus.done
  const json = argv.includes('--json')
  const program = new Command('linkwright')
    .description('Write down what the network should look like, and apply it.')
    .option('--version', 'print the version')
    .on('option:version', () => {
      output.out(`${version()}\n`)
      throw new CommanderError(exitStatus.done, 'commander.version', 'the version was asked for')
    })
    .configureOutput({ writeOut: (text) => output.out(text), writeErr: (text) => json || output.err(text) })
    .exitOverride()
    .showHelpAfterError('(see linkwright --help)')

  withChangeOptions(program.command('plan'))
    .description('show what apply would do; exit status 3 if there is something to change')
    .option('--forbid-disruption', 'fail if the plan would interrupt traffic')
    .action(async (file: string, options) => {
      const { planCommand } = await import('./plan.js')
      status = await planCommand(file, options, output)
    })

  withStateDirectory(withChangeOptions(program.command('apply')))
    .description('bring the network to what the spec says, or leave it as it was')
    .option('--forbid-disruption', 'fail if the plan would interrupt traffic')
    .option('--confirm-within <seconds>', 'undo everything unless `linkwright confirm` comes in time', seconds)
    .option('--ping <address>', 'undo everything unless the address answers; can be repeated', collected)
    .option('--tcp <address:port>', 'undo everything unless it accepts a connection; can be repeated', endpoints)
    .option('--lock-timeout <seconds>', 'wait while another apply is under way', seconds)
    .option('--continue', 'go on from what an apply that was cut off has left, instead of undoing it first')
    .action(async (file: string, options) => {
      const { applyCommand } = await import('./apply.js')
      status = await applyCommand(file, options, output)
    })

  withStateDirectory(withCommonOptions(program.command('confirm')))
    .description('keep what apply --confirm-within did')
    .action(async (options) => {
      const { confirmCommand } = await import('./transaction.js')
      status = await confirmCommand(options, output)
    })

  withStateDirectory(withCommonOptions(program.command('rollback')))
    .description('undo what apply --confirm-within did, or what an apply had done that was cut off')
    .action(async (options) => {
      const { rollbackCommand } = await import('./transaction.js')
      status = await rollbackCommand(options, output)
    })

  withStateDirectory(withChangeOptions(program.command('watch')))
    .description("tell of every drift from the spec, by the kernel's notifications, until interrupted")
    .option('--heal', 'repair each drift at once')
    .option('--forbid-disruption', 'leave alone what cannot be repaired without interrupting traffic')
    .action(async (file: string, options) => {
      const { watchCommand } = await import('./watch.js')
      status = await watchCommand(file, options, output)
    })

  withCommonOptions(program.command('show'))
    .description('print the live state as a spec')
    .option('--secrets', 'with private and preshared keys')
    .option('--sysctls', 'with settings of links that a new link would have otherwise')
    .action(async (options) => {
      const { showCommand } = await import('./show.js')
      status = await showCommand(options, output)
    })

  try {
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // Commander has told why already, unless all was well: --help and --version end this way too.
    if (error.exitCode === 0) return exitStatus.done
    const message = error.message.replace(/^error: /, '')
    if (json) output.out(`${JSON.stringify({ error: { code: 'USAGE', message } }, undefined, 2)}\n`)
    return exitStatus.usage
  }
  return status
}

function withCommonOptions(command: Command): Command {
  return command
    .option('-n, --namespace <name>', 'the network namespace: a name of ip netns, or a path')
    .option('--json', 'print one JSON document, errors included')
}

/** Options of the commands that compare a spec with the network. */
function withChangeOptions(command: Command): Command {
  return withCommonOptions(command)
    .argument('<file>', 'the spec: YAML or JSON, - for standard input')
    .option('--prune', "remove what bears the owner's mark and is not in the spec")
    .option('--owner <name>', 'who owns what is created; needs --protocol')
    .option('--protocol <number>', "the number that marks the owner's routes, rules and addresses", integer)
}

function withStateDirectory(command: Command): Command {
  return command.option('--state-directory <path>', 'where locks and journals lie')
}

function version(): string {
  const manifest: unknown = createRequire(import.meta.url)('linkwright/package.json')
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown'
}
