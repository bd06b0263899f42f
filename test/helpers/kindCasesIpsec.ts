import { type KindCase, name } from './kindCase.js'

const vti = (kind: 'vti' | 'vti6'): KindCase => {
  const [local, remote] = kind === 'vti' ? ['10.0.0.1', '10.0.0.9'] : ['fd00::1', 'fd00::9']
  const other = kind === 'vti' ? { local: '10.0.0.2', remote: '10.0.0.8' } : { local: 'fd00::2', remote: 'fd00::8' }
  return {
    title: kind,
    section: kind,
    plain: ['remote'],
    link: { name, kind, [kind]: { link: 'v0', local, remote, fwmark: 0x77, inputKey: 5, outputKey: 6 } },
    shown: {
      link: { link: 'v0' },
      local: { local },
      remote: { remote },
      fwmark: { fwmark: '0x77' },
      inputKey: { ikey: '0.0.0.5' },
      outputKey: { okey: '0.0.0.6' },
    },
    changes: { [kind]: { link: 'v1', ...other, fwmark: 0x78, inputKey: 7, outputKey: 8 } },
    changed: {
      link: { link: 'v1' },
      local: { local: other.local },
      remote: { remote: other.remote },
      fwmark: { fwmark: '0x78' },
      inputKey: { ikey: '0.0.0.7' },
      outputKey: { okey: '0.0.0.8' },
    },
  }
}

const xfrm: KindCase = {
  title: 'xfrm',
  section: 'xfrm',
  plain: ['id'],
  link: { name, kind: 'xfrm', xfrm: { link: 'v0', id: 77 } },
  shown: { link: { link: 'v0' }, id: { if_id: '0x4d' } },
  recreates: [{ link: 'v1' }, { id: 78 }],
}

const xfrmOfRoutes: KindCase = {
  title: 'xfrm by the metadata of routes',
  section: 'xfrm',
  plain: ['collectMetadata'],
  link: { name, kind: 'xfrm', xfrm: { collectMetadata: true } },
  shown: { collectMetadata: { external: true } },
  recreates: [{ collectMetadata: false, id: 5 }],
}

/** What IPsec protects. */
export const ipsecCases: readonly KindCase[] = [vti('vti'), vti('vti6'), xfrm, xfrmOfRoutes]
