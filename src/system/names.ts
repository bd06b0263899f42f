import { readdirSync, readFileSync } from 'node:fs'

/** Names for numbers, as the machine's files give them. */
export interface NameTable {
  /** The number of a name, or of a number in decimal or hexadecimal; `undefined` for an unknown name. */
  number(name: string | number): number | undefined
  /** All names. */
  readonly names: readonly string[]
  /** The lowest number that means something of its own. */
  readonly minimum: number
  /** The highest number that the kernel has room for. */
  readonly maximum: number
}

/** The name tables of iproute2 and of the machine's accounts, read when first asked. */
export interface SystemNames {
  readonly tables: NameTable
  readonly protocols: NameTable
  readonly scopes: NameTable
  readonly realms: NameTable
  readonly dsfields: NameTable
  readonly groups: NameTable
  readonly users: NameTable
  readonly userGroups: NameTable
}

// What iproute2 itself knows without any file: lib/rt_names.c
const builtIn = {
  rt_tables: { unspec: 0, default: 253, main: 254, local: 255 },
  rt_protos: {
    unspec: 0,
    redirect: 1,
    kernel: 2,
    boot: 3,
    static: 4,
    gated: 8,
    ra: 9,
    mrt: 10,
    zebra: 11,
    bird: 12,
    dnrouted: 13,
    xorp: 14,
    ntk: 15,
    dhcp: 16,
    keepalived: 18,
    babel: 42,
    bgp: 186,
    isis: 187,
    ospf: 188,
    rip: 189,
    eigrp: 192,
  },
  rt_scopes: { global: 0, site: 200, link: 253, host: 254, nowhere: 255 },
  rt_realms: { cosmos: 0 },
  // It has these in a file alone: etc/iproute2/rt_dsfield.
  rt_dsfield: {
    default: 0,
    AF11: 0x28,
    AF12: 0x30,
    AF13: 0x38,
    AF21: 0x48,
    AF22: 0x50,
    AF23: 0x58,
    AF31: 0x68,
    AF32: 0x70,
    AF33: 0x78,
    AF41: 0x88,
    AF42: 0x90,
    AF43: 0x98,
    CS1: 0x20,
    CS2: 0x40,
    CS3: 0x60,
    CS4: 0x80,
    CS5: 0xa0,
    CS6: 0xc0,
    CS7: 0xe0,
    EF: 0xb8,
  },
  group: { default: 0 },
} as const

type IprouteFile = keyof typeof builtIn

// Newer iproute2 ships its files in /usr, older in /etc; what the administrator writes is in /etc and wins.
const directories = ['/usr/share/iproute2', '/usr/lib/iproute2', '/etc/iproute2']

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // A machine without iproute2 has none of these files, and needs none.
    return ''
  }
}

function listFiles(directory: string): string[] {
  try {
    return readdirSync(directory).filter((name) => name.endsWith('.conf'))
  } catch {
    return []
  }
}

function iprouteNames(file: IprouteFile): Map<string, number> {
  const names = new Map<string, number>(Object.entries(builtIn[file]))
  for (const directory of directories) {
    const fragments = listFiles(`${directory}/${file}.d`).map((name) => `${directory}/${file}.d/${name}`)
    for (const path of [`${directory}/${file}`, ...fragments]) {
      for (const [, number, name] of readText(path).matchAll(/^\s*(0x[0-9a-fA-F]+|\d+)\s+(\S+)/gm)) {
        if (number !== undefined && name !== undefined) names.set(name, Number(number))
      }
    }
  }
  return names
}

function accountNames(path: string): Map<string, number> {
  const names = new Map<string, number>()
  for (const line of readText(path).split('\n')) {
    const [name, , id] = line.split(':')
    if (name && id !== undefined && /^\d+$/.test(id)) names.set(name, Number(id))
  }
  return names
}

function nameTable(read: () => Map<string, number>, maximum = 0xffffffff, minimum = 0): NameTable {
  let names: Map<string, number> | undefined
  const all = (): Map<string, number> => {
    names ??= read()
    return names
  }
  return {
    number(name) {
      if (typeof name === 'number') return name
      if (/^(0x[0-9a-fA-F]+|\d+)$/.test(name)) return Number(name)
      return all().get(name)
    },
    get names() {
      return [...all().keys()]
    },
    minimum,
    maximum,
  }
}

/** Makes the tables of this machine; files are read when a name is first looked up. */
export function systemNames(): SystemNames {
  return {
    // For the table 0 the kernel takes main in a route, and one that is not used yet in a rule (RT_TABLE_UNSPEC).
    tables: nameTable(() => iprouteNames('rt_tables'), 0xffffffff, 1),
    protocols: nameTable(() => iprouteNames('rt_protos'), 0xff),
    scopes: nameTable(() => iprouteNames('rt_scopes'), 0xff),
    realms: nameTable(() => iprouteNames('rt_realms'), 0xffff),
    dsfields: nameTable(() => iprouteNames('rt_dsfield'), 0xff),
    groups: nameTable(() => iprouteNames('group')),
    users: nameTable(() => accountNames('/etc/passwd')),
    userGroups: nameTable(() => accountNames('/etc/group')),
  }
}
