/**
 * Lets `return` and `throw` end a generator that waits: by itself it takes no notice of them before it goes on.
 *
 * @param leave ends the generator's wait, and itself
 */
export function leavable<T>(
  generator: AsyncGenerator<T, void, undefined>,
  leave: () => void,
): AsyncGenerator<T, void, undefined> {
  const { return: end, throw: fail } = generator
  generator.return = (value) => {
    leave()
    return end.call(generator, value)
  }
  generator.throw = (error) => {
    leave()
    return fail.call(generator, error)
  }
  // Generators of Node 20 have none.
  generator[Symbol.asyncDispose] = async () => {
    await generator.return()
  }
  return generator
}
