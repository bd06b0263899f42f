// The C side of the benchmark: the contender `c` (epoll, one thread), and the tools that make and swallow traffic.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#define BATCH 64
#define ROOM 65600

static unsigned char slab[BATCH * ROOM];
static volatile unsigned touched;

static void check(int result, const char *what) {
  if (result >= 0) return;
  perror(what);
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static double cpu(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void report(double packets, double bytes, double seconds, double spent) {
  printf("{\"packets\":%.0f,\"bytes\":%.0f,\"seconds\":%f,\"cpu\":%f}\n", packets, bytes, seconds, spent);
}

static int open_tun(const char *name, const char *netns, int vnet) {
  if (netns) {
    int ns = open(netns, O_RDONLY | O_CLOEXEC);
    check(ns, netns);
    check(setns(ns, CLONE_NEWNET), "setns");
    close(ns);
  }
  int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  check(fd, "/dev/net/tun");
  struct ifreq request = {0};
  strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  request.ifr_flags = IFF_TUN | IFF_NO_PI | (vnet ? IFF_VNET_HDR : 0);
  check(ioctl(fd, TUNSETIFF, &request), "TUNSETIFF");
  if (vnet && ioctl(fd, TUNSETOFFLOAD, 1 | 2 | 4 | 0x20 | 0x40) < 0) check(ioctl(fd, TUNSETOFFLOAD, 7), "TUNSETOFFLOAD");
  return fd;
}

static void ready(void) {
  puts("ready");
  fflush(stdout);
}

static int watch(const int *fds, int count) {
  int poll = epoll_create1(EPOLL_CLOEXEC);
  check(poll, "epoll");
  for (int i = 0; i < count; i++) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = i};
    check(epoll_ctl(poll, EPOLL_CTL_ADD, fds[i], &event), "epoll_ctl");
  }
  return poll;
}

static void receive(double seconds) {
  int fd = open_tun("tun0", NULL, 0), poll = watch(&fd, 1);
  double packets = 0, bytes = 0, start = 0, spent = 0;
  ready();
  for (;;) {
    struct epoll_event event;
    if (epoll_wait(poll, &event, 1, -1) < 0) continue;
    for (;;) {
      int count = 0;
      while (count < BATCH) {
        ssize_t length = read(fd, slab, ROOM);
        if (length < 0) break;
        touched += slab[0];
        bytes += length;
        count++;
      }
      packets += count;
      if (count < BATCH) break;
    }
    double time = now();
    if (start == 0) start = time, spent = cpu(), packets = bytes = 0;
    if (time - start >= seconds) return report(packets, bytes, time - start, cpu() - spent);
  }
}

// From 10.0.0.2 to an address that nobody has: the kernel looks at it and drops it.
static void packet_of(unsigned char *packet, int size) {
  static const unsigned char header[20] = {0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 17, 0, 0, 10, 0, 0, 2, 192, 0, 2, 99};
  memset(packet, 0, size);
  memcpy(packet, header, 20);
  packet[2] = size >> 8, packet[3] = size;
  uint32_t sum = 0;
  for (int i = 0; i < 20; i += 2) sum += packet[i] << 8 | packet[i + 1];
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  packet[10] = ~sum >> 8, packet[11] = ~sum;
}

static void transmit(double seconds, int size) {
  int fd = open_tun("tun0", NULL, 0);
  ready();
  getchar();
  packet_of(slab, size);
  double packets = 0, start = now(), spent = cpu(), time = start;
  while (time - start < seconds) {
    for (int i = 0; i < BATCH; i++) packets += write(fd, slab, size) == size;
    time = now();
  }
  report(packets, packets * size, time - start, cpu() - spent);
}

static void forward(char **spaces, int vnet) {
  int fds[2] = {open_tun("tun0", spaces[0], vnet), open_tun("tun1", spaces[1], vnet)}, poll = watch(fds, 2);
  fcntl(0, F_SETFL, O_NONBLOCK);
  struct epoll_event stop = {.events = EPOLLIN, .data.fd = 2}, events[3];
  check(epoll_ctl(poll, EPOLL_CTL_ADD, 0, &stop), "epoll_ctl");
  double packets = 0, bytes = 0, start = now(), spent = cpu();
  ready();
  for (;;) {
    int count = epoll_wait(poll, events, 3, -1);
    for (int e = 0; e < count; e++) {
      int from = events[e].data.fd;
      if (from == 2) return report(packets, bytes, now() - start, cpu() - spent);
      for (int i = 0; i < BATCH; i++) {
        ssize_t length = read(fds[from], slab, ROOM);
        if (length < 0) break;
        if (write(fds[1 - from], slab, length) < 0) continue;
        packets++, bytes += length;
      }
    }
  }
}

// Tools from here on.

static struct sockaddr_in address_of(const char *text, int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  inet_pton(AF_INET, text, &address.sin_addr);
  return address;
}

/** As many datagrams as it can, so that IP packets have `size` bytes; the kernel cuts them from large ones. */
static void flood(double seconds, int size) {
  int fd = socket(AF_INET, SOCK_DGRAM, 0), segment = size - 28, many = 60000 / segment;
  struct sockaddr_in address = address_of("10.0.0.2", 9);
  if (many > 64) many = 64;
  check(setsockopt(fd, 17, UDP_SEGMENT, &segment, sizeof segment), "UDP_SEGMENT");
  check(connect(fd, (void *)&address, sizeof address), "connect");
  for (double start = now(); now() - start < seconds;) send(fd, slab, segment * many, 0);
}

static void serve(void) {
  int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  struct sockaddr_in address = address_of("0.0.0.0", 5201);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  check(bind(fd, (void *)&address, sizeof address), "bind");
  check(listen(fd, 1), "listen");
  ready();
  int peer = accept(fd, NULL, NULL);
  double bytes = 0, start = now();
  for (ssize_t length; (length = read(peer, slab, sizeof slab)) > 0;) bytes += length;
  report(0, bytes, now() - start, cpu());
}

static void blast(const char *to, double seconds) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = address_of(to, 5201);
  check(connect(fd, (void *)&address, sizeof address), "connect");
  for (double start = now(); now() - start < seconds;) check(write(fd, slab, 128 * 1024), "write");
}

int main(int count, char **arguments) {
  const char *what = count > 1 ? arguments[1] : "";
  double seconds = count > 2 ? atof(arguments[2]) : 1;
  int size = count > 3 ? atoi(arguments[3]) : 1400;
  if (!strcmp(what, "receive")) receive(seconds);
  else if (!strcmp(what, "send")) transmit(seconds, size);
  else if (!strcmp(what, "forward")) forward(arguments + 2, count > 4);
  else if (!strcmp(what, "flood")) flood(seconds, size);
  else if (!strcmp(what, "serve")) serve();
  else if (!strcmp(what, "blast")) blast(arguments[3], seconds);
  else return 2;
}
