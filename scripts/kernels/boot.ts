import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { KernelImage } from './image.js'
import { makeInitialRamDisk } from './initialRamDisk.js'

/** Where the guest finds the directory that it may write to. */
export const resultsInGuest = '/run/results'

/**
 * What runs in the guest around the command. The modules of tunnels would put devices such as sit0 and gre0 into every
 * new namespace: Documentation/admin-guide/sysctl/net.rst, fb_tunnels_only_for_init_net.
 */
function scriptOf(directory: string, command: string): string {
  return `export PATH=/run/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root CI=1 NO_COLOR=1
hostname guest
mkdir -p ${resultsInGuest}
mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000 results ${resultsInGuest} || busybox poweroff -f
mount -t tmpfs tmpfs /dev/shm 2>/dev/null
ip link set lo up
echo 1 >/proc/sys/net/core/fb_tunnels_only_for_init_net
ulimit -n 65536
mkdir -p /dev/net; modprobe tun
[ -e /dev/net/tun ] || mknod /dev/net/tun c 10 200
cd '${directory}' || busybox poweroff -f
(${command})
sync
busybox poweroff -f
`
}

/**
 * Boots a kernel under emulation, with the host's files below a layer that vanishes, and runs a shell command there as
 * root. What it prints comes out as it is; what it writes to {@link resultsInGuest} is in `results` afterwards.
 * @param seconds after which the guest is killed
 */
export async function runInGuest(
  image: KernelImage,
  directory: string,
  command: string,
  results: string,
  seconds: number,
): Promise<void> {
  const initialRamDisk = makeInitialRamDisk(image, scriptOf(directory, command))
  // Five levels of page tables, copying byte by byte, and what guards against other guests make emulation slower.
  const machine = [
    '-cpu',
    'max,la57=off,-erms,-fsrm',
    '-smp',
    '2',
    '-m',
    '3000',
    '-nographic',
    '-no-reboot',
    '-net',
    'none',
  ]
  const share = (path: string, tag: string): string =>
    `local,path=${path},mount_tag=${tag},security_model=none,multidevs=remap`
  const shares = ['-virtfs', `${share('/', 'host')},readonly=on`, '-virtfs', share(results, 'results')]
  // No KVM: nested, it hangs.
  const accelerator = ['-accel', 'tcg,thread=multi']
  const kernel = [
    '-kernel',
    image.kernel,
    '-initrd',
    initialRamDisk,
    '-append',
    'console=ttyS0 quiet panic=-1 no_timer_check mitigations=off',
  ]
  // However this process ends, the machine goes with it.
  const wrapped = ['--pdeathsig', 'KILL', 'qemu-system-x86_64', ...accelerator, ...machine, ...kernel]
  const qemu = spawn('setpriv', [...wrapped, ...shares], { stdio: ['ignore', 'inherit', 'inherit'] })
  const timer = setTimeout(() => {
    console.error(`killed after ${seconds} seconds`)
    qemu.kill('SIGKILL')
  }, seconds * 1000)
  try {
    await new Promise((resolve, reject) => {
      qemu.once('error', reject)
      qemu.once('close', resolve)
    })
  } finally {
    clearTimeout(timer)
    rmSync(dirname(initialRamDisk), { recursive: true })
  }
}
