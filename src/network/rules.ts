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
   * the old one is removed. Where the kernel takes the new one for the old one, it goes the other way round.
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
      await send(deleteRule, rule)
      if (!isTaken) return
      try {
        await send(newRule, by)
      } catch (error) {
        await this.sendOrThrow(() => [newRule(rule)], { timeout: request.timeout })
        throw error
      }
    })
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
    return this.session.runList(options, async (request) => {
      checkFilter<RuleFilter>(filter, { family: familyValues }, 'rules.list')
      const families: readonly Family[] = filter.family === undefined ? ['inet', 'inet6'] : [filter.family]
      const lists: (readonly ListedRule[])[] = []
      for (const family of families) {
        lists.push(await this.dumpAll(() => dumpRules(family), decodeRule, request))
      }
      return lists.flat()
    })
  }
}
