import type { Path } from './pointer.js'

/** Takes a problem at a place. */
export type Report = (path: Path, message: string, details?: { found?: unknown; hint?: string }) => void
