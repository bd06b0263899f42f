/**
 * The short names of `ethtool -K` and its group names, with the kernel's features that each stands for
 * (ethtool.c, off_flag_def, and the man page). A star is any text.
 */
export const featureAliases: Readonly<Record<string, string>> = {
  rx: 'rx-checksum',
  'rx-checksumming': 'rx-checksum',
  tx: 'tx-checksum-*',
  'tx-checksumming': 'tx-checksum-*',
  sg: 'tx-scatter-gather*',
  'scatter-gather': 'tx-scatter-gather*',
  tso: 'tx-tcp*-segmentation',
  'tcp-segmentation-offload': 'tx-tcp*-segmentation',
  ufo: 'tx-udp-fragmentation',
  'udp-fragmentation-offload': 'tx-udp-fragmentation',
  gso: 'tx-generic-segmentation',
  'generic-segmentation-offload': 'tx-generic-segmentation',
  gro: 'rx-gro',
  'generic-receive-offload': 'rx-gro',
  lro: 'rx-lro',
  'large-receive-offload': 'rx-lro',
  rxvlan: 'rx-vlan-hw-parse',
  'rx-vlan-offload': 'rx-vlan-hw-parse',
  txvlan: 'tx-vlan-hw-insert',
  'tx-vlan-offload': 'tx-vlan-hw-insert',
  ntuple: 'rx-ntuple-filter',
  'ntuple-filters': 'rx-ntuple-filter',
  rxhash: 'rx-hashing',
  'receive-hashing': 'rx-hashing',
}

/** The features that a name means, of those that the kernel knows; none where it is unknown. */
export function featuresNamed(name: string, known: readonly string[]): readonly string[] {
  const pattern = featureAliases[name]
  if (pattern === undefined) return known.includes(name) ? [name] : []
  if (!pattern.includes('*')) return known.includes(pattern) ? [pattern] : []
  const [start = '', end = ''] = pattern.split('*')
  return known.filter((feature) => feature.startsWith(start) && feature.endsWith(end))
}

/** Whether a name means several features at once, of which those count that a device can change. */
export function isFeatureGroup(name: string): boolean {
  return featureAliases[name]?.includes('*') ?? false
}
