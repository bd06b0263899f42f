const reserved: ReadonlySet<string> = new Set(['all', 'default'])

/**
 * Whether no link can be made with a name, since the kernel keeps settings for other links under it: net/ipv4/devinet.c,
 * devinet_sysctl_register.
 */
export function isReservedName(name: string): boolean {
  return reserved.has(name)
}

/** Says so. */
export function reservedNameMessage(name: string): string {
  return `no link can be named ${name}, under which the kernel keeps settings for other links (/proc/sys/net/ipv4/conf/${name})`
}
