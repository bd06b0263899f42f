import test from 'ava'
import type { GenericFamily } from '../../src/genetlink/control.js'
import { getTeamOptions, setTeamOptions, setTeamPortOptions } from '../../src/genetlink/team/messages.js'
import type { TeamOptions, TeamPortOptions } from '../../src/genetlink/team/options.js'
import type { Payload } from '../../src/netlink/bytes.js'
import type { NetlinkMessage } from '../../src/netlink/message.js'
import { attributesOf, compareGolden, goldenContext, readGolden } from '../helpers/golden.js'

const recorded = readGolden('team')
/** teamnl tells no version, at which the kernel does not look. */
const withVersion = (bytes: string): string => `${bytes.slice(0, 34)}01${bytes.slice(36)}`
const golden = {
  ...recorded,
  messages: recorded.messages.map((message) => ({ ...message, bytes: withVersion(message.bytes) })),
}
const context = goldenContext(golden)
const sizeOfHeader = 4
// TEAM_ATTR_LIST_OPTION, TEAM_ATTR_ITEM_OPTION: include/uapi/linux/if_team.h
const items = (list: Payload): string[] => attributesOf(list, new Map([[1, attributesOf]]))

/** The family as it was numbered where the fixture was recorded. */
const family: Pick<GenericFamily, 'id'> = {
  id: Buffer.from(golden.messages[0]?.bytes ?? '', 'hex').readUInt16LE(4),
}

function only([message, ...others]: readonly NetlinkMessage[]): NetlinkMessage {
  if (!message || others.length > 0) throw new Error('one message is expected')
  return message
}
const team = (options: TeamOptions): NetlinkMessage => only(setTeamOptions(family, 'team0', options, context))
const port = (options: TeamPortOptions): NetlinkMessage =>
  only(setTeamPortOptions(family, 'team1', 'd0', options, context))

test('options of teams and of their ports are set as teamnl does it', (t) => {
  compareGolden(
    t,
    golden,
    {
      'team0 setoption mode roundrobin': team({ mode: 'roundrobin' }),
      'team0 setoption notify_peers_count 3': team({ notifyPeersCount: 3 }),
      'team0 setoption notify_peers_interval 250': team({ notifyPeersInterval: 250 }),
      'team0 setoption mcast_rejoin_count 4': team({ multicastRejoinCount: 4 }),
      'team0 setoption mcast_rejoin_interval 300': team({ multicastRejoinInterval: 300 }),
      'team1 setoption activeport 5': only(setTeamOptions(family, 'team1', { activePort: 5 }, context)),
      '-p d0 team1 setoption enabled false': port({ enabled: false }),
      '-p d0 team1 setoption user_linkup true': port({ userLinkup: true }),
      '-p d0 team1 setoption user_linkup_enabled true': port({ userLinkupEnabled: true }),
      '-p d0 team1 setoption priority -- -7': port({ priority: -7 }),
      '-p d0 team1 setoption queue_id 3': port({ queueId: 3 }),
      'team1 options': getTeamOptions(family, 'team1', context),
    },
    sizeOfHeader,
    new Map([[2, items]]),
  )
})

test('several options go in a message each, the mode first', (t) => {
  const subjects = (messages: readonly NetlinkMessage[]): string[] => messages.map(({ subject }) => subject)
  t.deepEqual(
    subjects(setTeamOptions(family, 'team0', { activePort: 5, notifyPeersCount: 1, mode: 'random' }, context)),
    ['link team0: set option mode', 'link team0: set option notify_peers_count', 'link team0: set option activeport'],
  )
  t.deepEqual(subjects([getTeamOptions(family, 'team0', context)]), ['link team0: get options'])
})
