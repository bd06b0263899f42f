import { declaredCases, kindCases } from '../helpers/kindCases.js'
import { isTunnel, proveByReconciler } from '../helpers/proveByReconciler.js'

for (const kindCase of [...kindCases, ...declaredCases].filter((one) => !isTunnel(one))) proveByReconciler(kindCase)
