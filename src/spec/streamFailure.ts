import { EventEmitter } from 'node:events'
import { ownValue } from '../ownValue.js'

/**
 * Lets the failure of a stream wait until it is read, where it is an error like any other: for one that nobody listens to
 * Node ends the process, and reading may begin some turns of the event loop later.
 */
export function heedFailure(source: unknown): void {
  if (source instanceof EventEmitter) source.on('error', () => undefined)
}

/** The same for the streams that a spec has its routes in, before anything is known of the spec. */
export function heedFailures(spec: unknown): void {
  const namespaces = ownValue(spec, 'namespaces')
  const others = Object.keys(Object(namespaces)).map((name) => ownValue(namespaces, name))
  for (const network of [spec, ...others]) heedFailure(ownValue(network, 'routes'))
}
