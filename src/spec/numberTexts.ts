import * as v from 'valibot'
import { integer } from './domainSchema.js'

type NumberText = v.GenericSchema<string | number>

const masked = /^(0x[0-9a-fA-F]{1,8}|\d{1,10})(\/(0x[0-9a-fA-F]{1,8}|\d{1,10}))?$/
const maskedText = 'a number such as 0x1 or one with a mask such as 0x1/0xff'

function isRange(text: string, maximum: number): boolean {
  const match = /^(\d+)(?:-(\d+))?$/.exec(text)
  const first = Number(match?.[1])
  const last = Number(match?.[2] ?? match?.[1])
  return match !== null && first <= last && last <= maximum
}

function isWithin(text: string, maximum: number): boolean {
  return text.split('/').every((part) => Number(part) <= maximum)
}

function checked(isRight: (text: string) => boolean, what: string, maximum: number) {
  return v.check<string, (issue: v.CheckIssue<string>) => string>(
    isRight,
    ({ input }) => `${JSON.stringify(input)} is not ${what}, up to ${maximum}`,
  )
}

/** A number or a range, `from-to`, of numbers up to a limit. */
export function rangeSchema(maximum: number): NumberText {
  const check = checked((text) => isRange(text, maximum), 'a number or a range such as 1000-2000', maximum)
  return v.union([integer(0, maximum), v.pipe(v.string(), check)])
}

/** A number, or one with a mask, `0x1/0xff`, up to a limit. */
export function maskedSchema(maximum: number): NumberText {
  // Of a text in another form the form alone is told.
  const check = checked((text) => !masked.test(text) || isWithin(text, maximum), maskedText, maximum)
  return v.union([integer(0, maximum), v.pipe(v.string(), v.regex(masked, `${maskedText} is expected`), check)])
}

/** A number, a range of them, or one with a mask, up to a limit. */
export function rangeOrMaskedSchema(maximum: number): NumberText {
  const isRight = (text: string): boolean => isRange(text, maximum) || (masked.test(text) && isWithin(text, maximum))
  const what = 'a number, a range such as 1000-2000 or one with a mask such as 80/0xff'
  return v.union([integer(0, maximum), v.pipe(v.string(), checked(isRight, what, maximum))])
}
