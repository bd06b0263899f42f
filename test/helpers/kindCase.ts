import type { Link } from '../../src/rtnetlink/link.js'
import { sectionOf } from '../../src/state/link.js'
import type { TestNamespace } from './namespace.js'

/** What `ip -j -d link` prints for one option; nothing where iproute2 6.1 does not show it. */
type Shown = Readonly<Record<string, unknown>>

/** A link with unusual values for its options, and how `ip` shows each of them. */
export interface KindCase {
  readonly title: string
  /** Shell commands that make what the link needs; v0 and v1 are there. */
  readonly setup?: string
  /** Where the options are: the name of the kind, or that of the master with `Port`. */
  readonly section: string
  readonly link: Link
  /** Options that even the plainest one needs, besides those that the kind's table requires. */
  readonly plain?: readonly string[]
  /** By the names of the options in {@link link}. */
  readonly shown: Readonly<Record<string, Shown>>
  /** A change of the living link. */
  readonly changes?: Partial<Link>
  /** Whether the kernel takes {@link changes} only all at once. */
  readonly together?: boolean
  /** By the names of the options in {@link changes}. */
  readonly changed?: Readonly<Record<string, Shown>>
  /** Other values for which the link must be made anew: of one option, and of what must go along with it. */
  readonly recreates?: readonly Readonly<Record<string, unknown>>[]
}

/** What `ip` prints of the options in a section, and of the device below. */
export function shownBy(namespace: Pick<TestNamespace, 'ip'>, name: string, section: string): Shown {
  const [{ link, linkinfo } = {}] = namespace.ip('link', 'show', 'dev', name)
  const info = sectionOf({ linkinfo }, 'linkinfo') ?? {}
  return { link, ...sectionOf(info, section.endsWith('Port') ? 'info_slave_data' : 'info_data') }
}

/** The name of the link in all cases. */
export const name = 'new0'
