import { isDeepStrictEqual } from 'node:util'
import { NetworkError } from '../error.js'
import type { Family } from '../ip/address.js'
import type { RequestOptions } from '../netlink/exchange.js'
import type { Result } from '../result.js'
import type { ListedRule, Rule } from '../rtnetlink/rule.js'
import { decodeRule, deleteRule, dumpRules, newRule } from '../rtnetlink/ruleMessages.js'
import { checkFilter, family as familyValues } from './filter.js'
import { type ListOptions, Objects } from './objects.js'
import { part } from './properties.js'
import { ruleNames } from './propertyNames.js'

/** Which rules to list. */
export interface RuleFilter {
  readonly family?: Family
}

/** The policy rules of a network: `ip rule`. */
export class Rules extends Objects {
  /**
   * Adds a rule: `ip rule add`. With a priority an exact duplicate is the error `EEXIST`; without one the kernel takes
   * the next free priority, and adds the same rule as often as it is asked to.
   */
  create(rule: Rule, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send(() => newRule(part(rule, ruleNames, 'rule')), options)
  }

  /** {@link create}, by `ip`'s word. */
  add(rule: Rule, options: RequestOptions = {}): Promise<Result<void>> {
    return this.create(rule, options)
  }

  /**
   * Puts a rule in the place of another, by default of its equal, so that it is there once: the new one is added before
   * the old one is removed. Where the kernel takes the new one for the old one, it goes the other way round. An old one
   * that is missing is no error.
   */
  replace(rule: Rule, by: Rule = rule, options: RequestOptions = {}): Promise<Result<void>> {
    return this.session.run(options, async (request) => {
      part(rule, ruleNames, 'rule')
      part(by, ruleNames, 'rule')
      if (by === rule && rule.priority === undefined) {
        throw new NetworkError('INVALID_ARGUMENT', 'rule: without a priority nothing tells which rule to replace')
      }
      const send = (build: typeof newRule, which: Rule) => this.sendOrThrow(() => [build(which)], request)
      const isTaken = await send(newRule, by).then(
        () => false,
        (error: unknown) => {
          if (error instanceof NetworkError && error.code === 'EEXIST') return true
          throw error
        },
      )
      if (by === rule) return
      if (!isTaken) return await this.#removeOld(rule, by, request)
      const before = await this.#list({}, request)
      await send(deleteRule, rule)
      try {
        await send(newRule, by)
      } catch (error) {
        await this.#restore(before, { timeout: request.timeout })
        throw error
      }
    })
  }

  /** Takes the new rule back where the old one could not be removed. */
  async #removeOld(old: Rule, by: Rule, request: RequestOptions): Promise<void> {
    try {
      await this.sendOrThrow(() => [deleteRule(old)], request)
    } catch (error) {
      if (error instanceof NetworkError && error.code === 'ENOENT') return
      await this.sendOrThrow(() => [deleteRule(by)], { timeout: request.timeout })
      throw error
    }
  }

  /** Adds the listed rules that are missing now: what was deleted may have been told by a few of its properties. */
  async #restore(before: readonly ListedRule[], request: RequestOptions): Promise<void> {
    const now = await this.#list({}, request)
    const missing = before.filter((rule) => !now.some((one) => isDeepStrictEqual(one, rule)))
    await this.sendOrThrow(() => missing.map((rule) => newRule(rule)), request)
  }

  /**
   * Removes the first rule that has all the given properties: `ip rule delete`. Give all of a listed rule, since what
   * is left out matches anything, also rules of others.
   */
  delete(rule: Rule, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send(() => deleteRule(part(rule, ruleNames, 'rule')), options)
  }

  /** Lists the rules of both families, or of one, by priority: `ip rule`. */
  list(filter: RuleFilter = {}, options: ListOptions = {}): Promise<Result<readonly ListedRule[]>> {
    return this.session.runList(options, (request) => {
      checkFilter<RuleFilter>(filter, { family: familyValues }, 'rules.list')
      return this.#list(filter, request)
    })
  }

  async #list({ family }: RuleFilter, options: ListOptions): Promise<readonly ListedRule[]> {
    const families: readonly Family[] = family === undefined ? ['inet', 'inet6'] : [family]
    const lists: (readonly ListedRule[])[] = []
    for (const one of families) lists.push(await this.dumpAll(() => dumpRules(one), decodeRule, options))
    return lists.flat()
  }
}
