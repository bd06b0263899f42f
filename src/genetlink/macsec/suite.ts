/** How many hexadecimal digits the keys of a cipher suite have; 128 bits are the default. */
export function keyDigits(cipherSuite: string | undefined): 32 | 64 {
  return cipherSuite?.endsWith('256') ? 64 : 32
}
