import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { KernelImage } from './image.js'

/** What is needed before the host's files can be seen. */
const earlyModules = ['virtio_pci', '9pnet_virtio', '9p', 'overlay']

/** The file in which the guest's busybox lists what a module needs, one module a line, needs in loading order last. */
export function withNeeds(image: KernelImage, names: readonly string[]): string[] {
  const modules = join(image.root, 'lib/modules', image.release)
  const lines = readFileSync(join(modules, 'modules.dep'), 'utf8').split('\n')
  const nameOf = (path: string): string => basename(path, '.ko').replaceAll('-', '_')
  const needs = new Map(
    lines.filter(Boolean).map((line) => {
      const [path = '', rest = ''] = line.split(':')
      return [nameOf(path), { path, needs: rest.trim().split(/\s+/).filter(Boolean).map(nameOf) }]
    }),
  )
  const ordered: string[] = []
  const add = (name: string): void => {
    const entry = needs.get(name)
    if (!entry) return
    for (const needed of entry.needs) add(needed)
    const path = join(modules, entry.path)
    if (!ordered.includes(path)) ordered.push(path)
  }
  for (const name of names) add(name)
  return ordered
}

/**
 * The first program of the guest: it lays a writable layer over the host's files, so that nothing of the host changes,
 * and goes over to `script`. It stays process 1, whose root is the one in which the kernel looks for modprobe: that of
 * busybox, since kmod's reads indices that only its own depmod writes.
 */
function initOf(image: KernelImage, modules: readonly string[]): string {
  return `#!/bin/busybox sh
b=/bin/busybox
$b mkdir -p /proc /sys /dev /low /rw /new
$b mount -t proc proc /proc; $b mount -t sysfs sys /sys; $b mount -t devtmpfs dev /dev
${modules.map((path) => `$b insmod /modules/${basename(path)}`).join('\n')}
$b mount -t 9p -o trans=virtio,ro,version=9p2000.L,msize=512000,cache=loose host /low || $b poweroff -f
$b mount -t tmpfs tmpfs /rw; $b mkdir /rw/upper /rw/work
$b mount -t overlay -o lowerdir=/low,upperdir=/rw/upper,workdir=/rw/work overlay /new || $b poweroff -f
for directory in proc sys dev; do $b mount --move /$directory /new/$directory; done
$b mount -t tmpfs tmpfs /new/run
$b mkdir -p /new/usr/lib/modules/${image.release} /new/run/bin
$b mount --bind /low${image.root}/lib/modules/${image.release} /new/usr/lib/modules/${image.release}
$b cp $b /new/run/bin/modprobe
echo /run/bin/modprobe >/new/proc/sys/kernel/modprobe
$b cp /script /new/run/script
exec $b switch_root /new /bin/sh /run/script
`
}

/** Makes the initial RAM disk of a guest that runs a shell script as root, on a copy of the host's files. */
export function makeInitialRamDisk(image: KernelImage, script: string): string {
  const modules = withNeeds(image, earlyModules)
  return packInitialRamDisk(modules, { init: initOf(image, modules), script })
}

/**
 * Makes an initial RAM disk of busybox, modules in `/modules`, and other files by name, in a directory of its own in
 * which whoever is told of it may read.
 */
export function packInitialRamDisk(modules: readonly string[], files: Readonly<Record<string, string>>): string {
  const work = mkdtempSync(join(tmpdir(), 'linkwright-kernel-'))
  const root = join(work, 'root')
  for (const directory of ['bin', 'modules']) mkdirSync(join(root, directory), { recursive: true })
  copyFileSync('/bin/busybox', join(root, 'bin/busybox'))
  for (const path of modules) copyFileSync(path, join(root, 'modules', basename(path)))
  for (const [name, content] of Object.entries(files)) writeFileSync(join(root, name), content, { mode: 0o755 })
  const file = join(work, 'initrd')
  execFileSync('sh', ['-c', 'find . | cpio -o -H newc --quiet | gzip -1 > ../initrd'], { cwd: root })
  chmodSync(work, 0o755)
  return file
}
