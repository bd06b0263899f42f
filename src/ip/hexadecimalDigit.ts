const zero = 0x30

/** The value of a hexadecimal digit by the code of its character; -1 for anything else. */
export function hexadecimalDigit(code: number): number {
  if (code >= zero && code <= zero + 9) return code - zero
  const letter = code | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}
