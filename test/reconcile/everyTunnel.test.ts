import { kindCases } from '../helpers/kindCases.js'
import { isTunnel, proveByReconciler } from '../helpers/proveByReconciler.js'

// Beside test/reconcile/everyKind.test.ts in a process of its own, since these are half of all.
for (const kindCase of kindCases.filter(isTunnel)) proveByReconciler(kindCase)
