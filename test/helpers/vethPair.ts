import type { TestNamespace } from './namespace.js'

/**
 * Makes v0 and v1, the ends of a veth pair without link-local addresses, v0 with 10.0.0.1/24 and fd00::1/64, and waits
 * until the kernel has told all of that. The mode is set before the links are up, as the kernel heeds flags first, and
 * Linux 6.1 does not wait for the carrier with the address (net/core/rtnetlink.c, do_setlink).
 */
export function furnishVethPair({ sh }: Pick<TestNamespace, 'sh'>): void {
  sh(`set -e
    ip -batch - <<'END'
link add v0 type veth peer name v1
${['lo', 'v0', 'v1'].map((link) => `link set ${link} addrgenmode none\nlink set ${link} up`).join('\n')}
address add 10.0.0.1/24 dev v0
END
    until [ $(ip -o link show type veth | grep -c 'state UP') = 2 ]; do sleep 0.02; done
    ip address add fd00::1/64 dev v0 nodad
    until ip -6 route show table local dev v0 | grep -q fd00::1; do sleep 0.02; done`)
}
