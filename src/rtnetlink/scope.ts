/** How far an address or a route reaches; a number that has no name is written in decimal. */
export type Scope = 'global' | 'site' | 'link' | 'host' | 'nowhere'

// enum rt_scope_t: include/uapi/linux/rtnetlink.h
/** The kernel's numbers of the scopes. */
export const scopeNumbers: Readonly<Record<Scope, number>> = {
  global: 0,
  site: 200,
  link: 253,
  host: 254,
  nowhere: 255,
}
