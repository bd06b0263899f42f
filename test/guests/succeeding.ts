import type { Attack } from './attack.js'
import type { Ground, Learned, Seen } from './attackGround.js'

/**
 * Names the attacks that succeeded, and what a judge found of each. They come all at once first, and one by one only where
 * that finds any: what takes time is to look.
 */
export function succeeding(
  ground: Ground,
  attacks: readonly Attack[],
  judge: (seen: Seen, learned: Learned) => readonly string[],
): string[] {
  const attempt = (some: readonly Attack[]): readonly string[] => {
    const { seen, learned } = ground.attack(some.flatMap(([, frames]) => frames(ground.world)))
    return judge(seen, learned)
  }
  const together = attempt(attacks)
  if (together.length === 0) return []
  const single = attacks.flatMap((one) => attempt([one]).map((found) => `${one[0]}: ${found}`))
  return single.length > 0 ? single : together.map((found) => `all of them together: ${found}`)
}
