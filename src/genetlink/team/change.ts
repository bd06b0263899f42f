import { NetworkError } from '../../error.js'
import { teamOptionName } from './items.js'
import { type TeamOptions, type TeamPortOptions, teamOptions, teamPortOptions } from './options.js'

/** A wish, which can also be for no mode: that undoes giving one. */
export type WantedTeam = Omit<TeamOptions, 'mode'> & { readonly mode?: TeamOptions['mode'] | null }

/** An option of a team that is not as it should be. */
export interface TeamDifference {
  readonly name: keyof TeamOptions
  readonly before?: unknown
  readonly after?: unknown
  readonly secret: false
}

/** What of the stated options a team does not have; what is left out is left as it is. */
export function teamDifferences(wanted: WantedTeam, actual: TeamOptions = {}): TeamDifference[] {
  return teamOptions.names.flatMap((name): TeamDifference[] => {
    const after = wanted[name]
    const before = actual[name]
    if (after === undefined || after === (before ?? null)) return []
    return [{ name, ...(before === undefined ? {} : { before }), after, secret: false }]
  })
}

/** The smallest change that makes a team have the stated options, but for those that only a new one has. */
export function teamChange(wanted: WantedTeam, actual?: TeamOptions): TeamOptions {
  return Object.fromEntries(
    teamDifferences(wanted, actual)
      .filter(({ after }) => after !== null)
      .map(({ name, after }) => [name, after]),
  )
}

/** What keeps a team from having the stated options, with its place among them. */
export function missingOfTeam(
  { mode, activePort }: TeamOptions,
  had: TeamOptions = {},
): { readonly path: readonly string[]; readonly message: string }[] {
  const path = ['activePort']
  if (activePort === null && had.activePort !== undefined) {
    return [{ path, message: 'the kernel takes the active port of a team away only with the port' }]
  }
  if (activePort == null || (mode ?? had.mode) === 'activebackup') return []
  return [{ path, message: 'only a team whose mode is activebackup has an active port' }]
}

/** The options that a team had, as a wish that undoes changes of it. */
export function formerTeam(had: TeamOptions, changes: readonly TeamOptions[]): WantedTeam {
  const isChanged = (name: keyof TeamOptions): boolean => changes.some((change) => change[name] !== undefined)
  const isNew = (name: keyof TeamOptions): boolean => had[name] === undefined && isChanged(name)
  return {
    ...had,
    ...(isNew('mode') ? { mode: null } : {}),
    ...(isNew('activePort') && had.mode === 'activebackup' ? { activePort: null } : {}),
  }
}

/** A refusal of a change in clearer words, where it can only be for one reason: team_change_mode tells the log alone. */
export function explainedRefusal(error: NetworkError, name: string, { mode }: TeamOptions): NetworkError {
  if (error.code !== 'EINVAL' || mode === undefined) return error
  const message = `link ${name}: this kernel has no mode ${mode} of teams, nor the module team_mode_${mode} to load for it`
  return new NetworkError('UNSUPPORTED', message, { object: `link ${name}` })
}

/** The words of `teamnl` for a change of a team. */
export function teamCommands(team: string, change: TeamOptions): string[] {
  return teamOptions.names.flatMap((name) => {
    const value = change[name]
    if (value === undefined) return []
    const shown = name === 'activePort' ? `$(cat /sys/class/net/${value}/ifindex)` : value
    return [`teamnl ${team} setoption ${teamOptionName(name, teamOptions.lines[name])} ${shown}`]
  })
}

/** The words of `teamnl` for options of a port. */
export function teamPortCommands(team: string, port: string, options: TeamPortOptions): string[] {
  return teamPortOptions.names.flatMap((name) => {
    const value = options[name]
    if (value === undefined) return []
    const option = teamOptionName(name, teamPortOptions.lines[name])
    // A number below zero would be taken for an option.
    const end = Number(value) < 0 ? '-- ' : ''
    return [`teamnl --port_name=${port} ${team} setoption ${option} ${end}${value}`]
  })
}
