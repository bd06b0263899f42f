import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import type { KernelImage } from './image.js'
import { makeInitialRamDisk } from './initialRamDisk.js'

const statusMark = 'linkwright guest ends with '

/** What runs in the guest around the command. */
function scriptOf(directory: string, command: string): string {
  return `export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root CI=1 NO_COLOR=1
hostname guest
mount -t tmpfs tmpfs /dev/shm 2>/dev/null
ip link set lo up
ulimit -n 65536
mkdir -p /dev/net; modprobe tun
[ -e /dev/net/tun ] || mknod /dev/net/tun c 10 200
cd '${directory}' || poweroff -f
uname -a
(${command})
echo '${statusMark}'$?
sync
busybox poweroff -f
`
}

/**
 * Boots a kernel under emulation, with the host's files below a layer that vanishes, and runs a shell command there as
 * root. Its output comes out as it is.
 * @param seconds after which the guest is killed
 * @returns the exit status of the command
 */
export async function runInGuest(
  image: KernelImage,
  directory: string,
  command: string,
  seconds: number,
): Promise<number> {
  const initialRamDisk = makeInitialRamDisk(image, scriptOf(directory, command))
  const machine = ['-cpu', 'max', '-smp', '2', '-m', '3000', '-nographic', '-no-reboot', '-net', 'none']
  const share = 'local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap'
  // No KVM: nested, it hangs.
  const accelerator = ['-accel', 'tcg,thread=multi']
  const kernel = ['-kernel', image.kernel, '-initrd', initialRamDisk, '-append', 'console=ttyS0 quiet panic=-1']
  const qemu = spawn('nice', ['qemu-system-x86_64', ...accelerator, ...machine, ...kernel, '-virtfs', share], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const kill = (): boolean => qemu.kill('SIGKILL')
  process.once('exit', kill)
  const timer = setTimeout(() => {
    console.error(`killed after ${seconds} seconds`)
    kill()
  }, seconds * 1000)
  let status = 1
  for await (const line of createInterface({ input: qemu.stdout })) {
    const found = line.split(statusMark)[1]
    if (found !== undefined) status = Number.parseInt(found, 10)
    else console.log(line)
  }
  clearTimeout(timer)
  process.removeListener('exit', kill)
  rmSync(dirname(initialRamDisk), { recursive: true })
  return status
}
