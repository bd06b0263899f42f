/** Protocols that every installation of iproute2 names (lib/rt_names.c). */
const protocolNames: Readonly<Record<number, string>> = {
  0: 'unspec',
  1: 'redirect',
  2: 'kernel',
  3: 'boot',
  4: 'static',
}

/** A protocol as a spec would say it: left out where it is what the SDK gives by itself. */
export function protocolToSpec(protocol: number | undefined, own: number): string | number | undefined {
  const number = protocol ?? 0
  return number === own ? undefined : (protocolNames[number] ?? number)
}
