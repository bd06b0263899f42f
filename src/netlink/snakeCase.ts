/** `forwardDelay` as iproute2 and the kernel spell it. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z0-9]+/g, (part, offset: number) =>
    /[A-Z]/.test(part) && offset > 0 ? `_${part.toLowerCase()}` : part,
  )
}
