import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import type { NetworkError } from '../../src/error.js'
import type { Spec } from '../../src/spec/types.js'
import { type Change, interposedKernel, type Verdict } from '../campaigns/interposedKernel.js'
import { type ReconcileNamespace, reconcileNamespace } from './reconcile.js'

/** What comes between an apply and one of its changes. */
export interface Interruption {
  /** The first change of which this holds is the one. */
  readonly isMeant: (change: Change) => boolean
  /** What another program does before it. */
  readonly command?: string | undefined
  /** What becomes of the change. Default: it passes. */
  readonly verdict?: Verdict
  /** Milliseconds that the kernel has for an answer. */
  readonly timeout?: number
}

/** A namespace in which an apply is interrupted. */
export interface InterruptedNamespace extends ReconcileNamespace {
  /** The error that this leads to, and what is there in the end; no journal must be left. */
  interrupted(
    spec: Spec,
    interruption: Interruption,
  ): Promise<{ readonly error: NetworkError; readonly after: readonly string[] }>
}

/** A throw-away namespace in which an apply can be interrupted. */
export function interruptedNamespace(t: ExecutionContext): InterruptedNamespace {
  const here = reconcileNamespace(t)
  const stateDirectory = mkdtempSync(join(tmpdir(), 'linkwright-test-'))
  t.teardown(() => rmSync(stateDirectory, { recursive: true, force: true }))
  return {
    ...here,
    async interrupted(spec, { isMeant, command, verdict = 'pass', timeout }) {
      let isLeft = true
      const kernel = interposedKernel({
        before: (change) => {
          if (!isLeft || !isMeant(change)) return 'pass'
          isLeft = false
          if (command !== undefined) here.sh(command)
          return verdict
        },
      })
      const error = await here.fails(spec, { stateDirectory, kernel, ...(timeout === undefined ? {} : { timeout }) })
      t.false(isLeft)
      t.deepEqual(readdirSync(stateDirectory), [])
      return { error, after: here.picture({ portable: true }) }
    },
  }
}
