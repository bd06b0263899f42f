import { basename } from 'node:path'

/**
 * The first program of a guest: it takes its addresses from the kernel's command line, IPv4's by `ip=` as
 * `guestNetwork` writes it (Debian's kernels leave that to the initial RAM disk) and IPv6's by `guest6=ADDRESS,GATEWAY`,
 * serves a page with its name, and then answers commands. A command is a line of a number and the command in Base64; its
 * answer, a line of the number, the exit status, and in Base64 what was printed.
 */
export function initScript(modules: readonly string[]): string {
  return `#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev /tmp /www
/bin/busybox --install -s /bin
export PATH=/bin HOME=/
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
echo 1 >/proc/sys/kernel/printk
${modules.map((path) => `insmod /modules/${basename(path)}`).join('\n')}
echo 0 >/proc/sys/net/ipv6/conf/eth0/accept_dad
for word in $(cat /proc/cmdline); do
  case $word in
    ip=*) four=\${word#ip=} ;;
    guest6=*) six=\${word#guest6=} ;;
  esac
done
IFS=:; set -- $four; unset IFS
hostname $5
ip link set lo up
ifconfig $6 $1 netmask $4 up
ip route add default via $3
if [ "$six" ]; then
  ip -6 addr add \${six%,*} dev eth0
  ip -6 route add default via \${six#*,} dev eth0
fi
hostname >/www/index.html
httpd -p 80 -h /www
stty raw -echo
answer() { printf '\\n@%s %s %s@\\n' $1 $2 $(base64 -w 0 /tmp/output) ; }
>/tmp/output
answer 0 0
while read -r number command; do
  echo $command | base64 -d >/tmp/command
  sh /tmp/command </dev/null >/tmp/output 2>&1
  answer $number $?
done
`
}
