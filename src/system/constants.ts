// include/uapi/asm-generic/{socket,fcntl,ioctls}.h, include/uapi/linux/{net,netlink,sched,mount}.h, as on every
// architecture that Node supports (MIPS and PowerPC number some of them otherwise, and are not supported).
export const AF_UNIX = 1
export const AF_NETLINK = 16
export const SOCK_STREAM = 1
export const SOCK_DGRAM = 2
export const SOCK_RAW = 3
export const SOCK_CLOEXEC = 0o2000000
export const SOCK_NONBLOCK = 0o4000
export const SOL_SOCKET = 1
export const SO_SNDBUF = 7
export const SO_RCVBUF = 8
export const SO_SNDBUFFORCE = 32
export const SO_RCVBUFFORCE = 33
export const SO_PROTOCOL = 38
export const SO_NETNS_COOKIE = 71
export const MSG_TRUNC = 0x20
export const MSG_DONTWAIT = 0x40

export const O_RDONLY = 0
export const O_RDWR = 2
export const O_NONBLOCK = 0o4000
export const O_CLOEXEC = 0o2000000

export const POLLIN = 1
export const POLLERR = 8
export const POLLHUP = 16

export const CLONE_NEWNET = 0x40000000
export const MS_BIND = 4096
export const MS_REC = 16384
export const MS_SHARED = 0x100000
export const MNT_DETACH = 2

export const LOCK_EX = 2
export const LOCK_NB = 4
