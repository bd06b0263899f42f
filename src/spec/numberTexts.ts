import * as v from 'valibot'
import { integer } from './domainSchema.js'

type NumberText = v.GenericSchema<string | number>

/** What a text may look like, and how that is told. */
interface Form {
  readonly pattern: RegExp
  readonly what: string
  /** Whether a text that looks so is right up to a limit. */
  isWithin(text: string, maximum: number): boolean
}

const masked: Form = {
  pattern: /^(?:0x[0-9a-fA-F]{1,8}|\d{1,10})(?:\/(?:0x[0-9a-fA-F]{1,8}|\d{1,10}))?$/,
  what: 'a number such as 0x1 or one with a mask such as 0x1/0xff',
  isWithin: (text, maximum) => text.split('/').every((part) => Number(part) <= maximum),
}

const range: Form = {
  pattern: /^\d{1,10}(?:-\d{1,10})?$/,
  what: 'a number or a range such as 1000-2000',
  isWithin(text, maximum) {
    const [first = 0, last = first] = text.split('-').map(Number)
    return first <= last && last <= maximum
  },
}

const rangeOrMasked: Form = {
  pattern: new RegExp(`${range.pattern.source}|${masked.pattern.source}`),
  what: 'a number, a range such as 1000-2000 or one with a mask such as 80/0xff',
  isWithin: (text, maximum) => (text.includes('-') ? range : masked).isWithin(text, maximum),
}

/** A number, or a text of a form; of a text in another form the form alone is told. */
function numberText({ pattern, what, isWithin }: Form, maximum: number): NumberText {
  const problem = ({ input }: v.BaseIssue<unknown>): string =>
    `${JSON.stringify(input)} is not ${what}, up to ${maximum}`
  return v.union([
    integer(0, maximum),
    v.pipe(
      v.string(),
      v.regex<string, typeof problem>(pattern, problem),
      v.check<string, typeof problem>((text) => !pattern.test(text) || isWithin(text, maximum), problem),
    ),
  ])
}

/** A number or a range, `from-to`, of numbers up to a limit. */
export const rangeSchema = (maximum: number): NumberText => numberText(range, maximum)

/** A number, or one with a mask, `0x1/0xff`, up to a limit. */
export const maskedSchema = (maximum: number): NumberText => numberText(masked, maximum)

/** A number, a range of them, or one with a mask, up to a limit. */
export const rangeOrMaskedSchema = (maximum: number): NumberText => numberText(rangeOrMasked, maximum)
