import { printableLine } from '../../printable.js'

/** Joins the words of a command, leaving out what is not given. */
export function words(...parts: readonly (string | number | undefined | false)[]): string {
  return parts
    .filter((part) => part !== undefined && part !== false && part !== '')
    .map((part) => quoted(String(part)))
    .join(' ')
}

/** A text of the user's as one word, whatever is in it: what a terminal would not show, in the way of bash. */
export function quotedText(text: string): string {
  if (printableLine(text) !== text) return `$'${printableLine(text.replace(/[\\']/g, '\\$&'))}'`
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** What a shell would take apart is quoted; several words of ours stand as they are, and so does what is quoted already. */
function quoted(part: string): string {
  return /^(?:[\w\s:./@%+=,-]|'[^']*'|\\'|\$'(?:[^'\\]|\\.)*')*$/.test(part) ? part : quotedText(part)
}

/** The command that gives a link an alternative name, or takes one. */
export function altNameCommand(action: 'add' | 'del', link: string, altName: string): string {
  const name = /\s/.test(altName) ? quotedText(altName) : altName
  return words('ip link property', action, 'dev', link, 'altname', name)
}

/** A switch as most of `ip` takes it. */
export function onOff(value: unknown): string {
  return value === true ? 'on' : 'off'
}
