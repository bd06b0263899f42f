import type { Guest } from 'linkwright'

/** What a guest boots. */
export interface BootFiles {
  readonly kernel: string
  readonly rootFileSystem: string
}

/** The file for `firecracker --no-api --config-file`. */
export function firecrackerConfiguration(guest: Guest, { kernel, rootFileSystem }: BootFiles): string {
  const configuration = {
    'boot-source': {
      kernel_image_path: kernel,
      boot_args: `console=ttyS0 reboot=k panic=1 ${guest.kernelArgument}`,
    },
    drives: [{ drive_id: 'rootfs', path_on_host: rootFileSystem, is_root_device: true, is_read_only: false }],
    'network-interfaces': [guest.firecracker],
    'machine-config': { vcpu_count: 1, mem_size_mib: 128 },
  }
  return JSON.stringify(configuration, null, 2)
}

/** The command for QEMU's machine without a PC's legacy. */
export function qemuCommand(guest: Guest, { kernel, rootFileSystem }: BootFiles): string {
  const boot = `-kernel ${kernel} -append "console=ttyS0 root=/dev/vda ${guest.kernelArgument}"`
  const disk = `-drive file=${rootFileSystem},if=virtio,format=raw`
  return `qemu-system-x86_64 -M q35 -enable-kvm -cpu host -m 128 -nographic ${boot} ${disk} ${guest.qemu.join(' ')}`
}

/** The command for Cloud Hypervisor. */
export function cloudHypervisorCommand(guest: Guest, { kernel, rootFileSystem }: BootFiles): string {
  const boot = `--kernel ${kernel} --cmdline "console=hvc0 root=/dev/vda ${guest.kernelArgument}"`
  return `cloud-hypervisor --memory size=128M ${boot} --disk path=${rootFileSystem} ${guest.cloudHypervisor.join(' ')}`
}
