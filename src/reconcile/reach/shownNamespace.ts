/** What a message calls a namespace of a plan. */
export function shownNamespace(name: string): string {
  return name === '' ? 'the namespace of the program' : `the namespace ${name}`
}
