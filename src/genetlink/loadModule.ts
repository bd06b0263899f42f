import { NetworkError } from '../error.js'
import type { RequestOptions } from '../netlink/exchange.js'
import type { GenericNetlink } from './genericNetlink.js'

/** Has the kernel load the module of a family, by asking for it. Whether there is one shows afterwards. */
export async function loadModuleOf(family: string, generic: GenericNetlink, request: RequestOptions): Promise<void> {
  try {
    await generic.family(family, request)
  } catch (error) {
    if (!(error instanceof NetworkError) || error.code !== 'UNSUPPORTED') throw error
  }
}
