import { rawTrafficLayout } from '../../src/rtnetlink/qdiscs/attributes.js'
import { fq, fqCodel } from '../../src/rtnetlink/qdiscs/builtIn.js'
import { htbAttributes } from '../../src/rtnetlink/qdiscs/htb.js'
import { htbClassAttributes } from '../../src/rtnetlink/qdiscs/htbClass.js'
import { netemAttributes } from '../../src/rtnetlink/qdiscs/netem.js'
import { tbfAttributes } from '../../src/rtnetlink/qdiscs/tbf.js'
import type { NamedTable } from './uapiTable.js'

/** The tables of qdiscs and classes. */
export const qdiscTables: readonly NamedTable[] = [
  {
    table: rawTrafficLayout.attributes,
    prefix: 'TCA_',
    names: { sizeTable: 'STAB', invisible: 'DUMP_INVISIBLE' },
  },
  {
    table: fqCodel.options as NamedTable['table'],
    prefix: 'TCA_FQ_CODEL_',
    names: { dropBatch: 'DROP_BATCH_SIZE' },
  },
  {
    table: fq.options as NamedTable['table'],
    prefix: 'TCA_FQ_',
    names: {
      limit: 'PLIMIT',
      flowLimit: 'FLOW_PLIMIT',
      pacing: 'RATE_ENABLE',
      maximumRate: 'FLOW_MAX_RATE',
      refillDelay: 'FLOW_REFILL_DELAY',
    },
  },
  {
    table: tbfAttributes,
    prefix: 'TCA_TBF_',
    names: { parameters: 'PARMS', rate64: 'RATE64', peakRate64: 'PRATE64', peakBurst: 'PBURST' },
  },
  { table: htbAttributes, prefix: 'TCA_HTB_', names: { parameters: 'INIT', directQueueLength: 'DIRECT_QLEN' } },
  {
    table: htbClassAttributes,
    prefix: 'TCA_HTB_',
    names: { parameters: 'PARMS', rate64: 'RATE64', ceil64: 'CEIL64' },
  },
  { table: netemAttributes, prefix: 'TCA_NETEM_', names: { correlations: 'CORR' } },
]
