// By itself, so that what only writes YAML does not load what reads it.
import { stringify } from 'yaml'

/** A value as YAML, in lines that fit a screen. */
export function toYaml(value: unknown): string {
  return stringify(value, { lineWidth: 120 })
}
