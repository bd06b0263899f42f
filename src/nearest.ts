import { distance } from 'fastest-levenshtein'

/** The candidate that is spelled most like a word, if any is like it at all. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1
  for (const candidate of candidates) {
    const candidateDistance = distance(word.toLowerCase(), candidate.toLowerCase())
    if (candidateDistance < bestDistance) {
      best = candidate
      bestDistance = candidateDistance
    }
  }
  return best ?? [...candidates].find((candidate) => isPart(word.toLowerCase(), candidate.toLowerCase()))
}

/** Half of a word says what is meant: `ageing` for `ageingTime`. */
function isPart(word: string, candidate: string): boolean {
  return word.length >= 3 && (candidate.startsWith(word) || candidate.endsWith(word))
}
