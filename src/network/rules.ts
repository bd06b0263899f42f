import type { Family } from '../ip/address.js'
import type { RequestOptions } from '../netlink/exchange.js'
import { attempt, type Result } from '../result.js'
import type { ListedRule, Rule } from '../rtnetlink/rule.js'
import { decodeRule, deleteRule, dumpRules, newRule } from '../rtnetlink/ruleMessages.js'
import { type ListResult, Objects } from './objects.js'

/** The policy rules of a network: `ip rule`. */
export class Rules extends Objects {
  /**
   * Adds a rule: `ip rule add`. With a priority an exact duplicate is the error `EEXIST`; without one the kernel takes
   * the next free priority, and adds the same rule as often as it is asked to.
   */
  create(rule: Rule, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send(() => newRule(rule), options)
  }

  /** {@link create}, by `ip`'s word. */
  add(rule: Rule, options: RequestOptions = {}): Promise<Result<void>> {
    return this.create(rule, options)
  }

  /** Puts a rule in the place of another: the new one is added before the old one is removed. */
  replace(rule: Rule, by: Rule, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send(() => [newRule(by), deleteRule(rule)], options)
  }

  /**
   * Removes the first rule that has all the given properties: `ip rule delete`. Give all of a listed rule, since what
   * is left out matches anything, also rules of others.
   */
  delete(rule: Rule, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send(() => deleteRule(rule), options)
  }

  /** Lists the rules of both families, or of one, by priority: `ip rule`. */
  list(
    filter: { readonly family?: Family } = {},
    options: RequestOptions = {},
  ): Promise<Result<ListResult<ListedRule>>> {
    return attempt(async () => {
      const families: readonly Family[] = filter.family === undefined ? ['inet', 'inet6'] : [filter.family]
      const lists: ListResult<ListedRule>[] = []
      for (const family of families) {
        lists.push((await this.dumpAll(() => dumpRules(family), decodeRule, options)).unwrap())
      }
      return { items: lists.flatMap(({ items }) => items), consistent: lists.every(({ consistent }) => consistent) }
    })
  }
}
