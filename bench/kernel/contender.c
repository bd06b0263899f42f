// The limit: many messages packed into one send of 64 KiB, an ACK asked of the last only.
//   contender add|delete|deleteStrided|change|dump 4|6 COUNT
//   contender linkDump 4 0, tapsUp|tapsUpNoted|tapsDown 4 COUNT
//   contender run COMMAND…     runs a program and reports its time and memory
// The last line is JSON: milliseconds, and the peak of its memory in bytes.
#include <errno.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int sock;
static char out[65536], in[1 << 18];
static size_t used;
static unsigned sequence;
static struct nlmsghdr *last;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static void report(double start, long memory) {
  double milliseconds = now() - start;
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf("{\"ms\":%.3f,\"memory\":%ld}\n", milliseconds, (memory ? memory : usage.ru_maxrss) * 1024);
}

/** Sends what is packed, and waits for the last message's ACK. */
static void flush(void) {
  if (used == 0) return;
  last->nlmsg_flags |= NLM_F_ACK;
  unsigned awaited = last->nlmsg_seq;
  if (send(sock, out, used, 0) < 0) fail("send");
  used = 0;
  for (;;) {
    ssize_t length = recv(sock, in, sizeof in, 0);
    if (length < 0) fail("recv");
    for (struct nlmsghdr *h = (void *)in; NLMSG_OK(h, length); h = NLMSG_NEXT(h, length)) {
      if (h->nlmsg_type != NLMSG_ERROR) continue;
      struct nlmsgerr *e = NLMSG_DATA(h);
      if (e->error) {
        fprintf(stderr, "message %u: %s\n", h->nlmsg_seq, strerror(-e->error));
        exit(1);
      }
      if (h->nlmsg_seq == awaited) return;
    }
  }
}

static void *begin(int type, int flags, size_t body) {
  if (used + 256 > sizeof out) flush();
  last = (void *)(out + used);
  memset(last, 0, NLMSG_LENGTH(body));
  last->nlmsg_len = NLMSG_LENGTH(body);
  last->nlmsg_type = type;
  last->nlmsg_flags = NLM_F_REQUEST | flags;
  last->nlmsg_seq = ++sequence;
  return NLMSG_DATA(last);
}

static void attribute(int type, const void *data, int length) {
  struct rtattr *a = (void *)((char *)last + last->nlmsg_len);
  a->rta_type = type;
  a->rta_len = RTA_LENGTH(length);
  memset(RTA_DATA(a), 0, RTA_ALIGN(length));
  memcpy(RTA_DATA(a), data, length);
  last->nlmsg_len += RTA_ALIGN(a->rta_len);
}

static void end(void) { used += NLMSG_ALIGN(last->nlmsg_len); }

/** The prefix of a number: 20.0.0.0/24 and upwards, 2001::/48 and upwards. Gateway 0 is any. */
static void route(int type, int flags, int family, uint32_t number, int gateway, uint32_t device) {
  struct rtmsg *r = begin(type, flags, sizeof *r);
  unsigned char to[16] = {0}, via[16] = {0};
  int size = family == AF_INET ? 4 : 16;
  if (family == AF_INET) {
    uint32_t address = htonl((20u << 24) + (number << 8));
    memcpy(to, &address, 4);
    memcpy(via, (unsigned char[]){10, 0, 0, gateway}, 4);
  } else {
    uint32_t middle = htonl(number);
    to[0] = 0x20, to[1] = 0x01;
    memcpy(to + 2, &middle, 4);
    via[0] = 0xfd, via[15] = gateway;
  }
  r->rtm_family = family;
  r->rtm_dst_len = family == AF_INET ? 24 : 48;
  r->rtm_table = RT_TABLE_MAIN;
  r->rtm_protocol = 108;
  r->rtm_type = RTN_UNICAST;
  attribute(RTA_DST, to, size);
  if (gateway > 0) attribute(RTA_GATEWAY, via, size);
  attribute(RTA_OIF, &device, 4);
  end();
}

static long dump(int type, size_t body, int family) {
  unsigned char *b = begin(type, NLM_F_DUMP, body);
  b[0] = family;
  unsigned awaited = last->nlmsg_seq;
  end();
  if (send(sock, out, used, 0) < 0) fail("send");
  used = 0;
  for (long objects = 0;;) {
    ssize_t length = recv(sock, in, sizeof in, 0);
    if (length < 0) fail("recv");
    for (struct nlmsghdr *h = (void *)in; NLMSG_OK(h, length); h = NLMSG_NEXT(h, length)) {
      if (h->nlmsg_seq == awaited && h->nlmsg_type == NLMSG_DONE) return objects;
      if (h->nlmsg_type == NLMSG_ERROR) fail("dump");
      objects++;
    }
  }
}

/** Where each of the 64 times begins in which each 64th route is deleted: the bits of its number reversed. */
static uint32_t reversed(uint32_t index, int bits) {
  uint32_t result = 0;
  for (int bit = 0; bit < bits; bit++) result |= ((index >> bit) & 1) << (bits - 1 - bit);
  return result;
}

/**
 * @param noted whether the kernel is made to note first that a TAP has no carrier, as it does where it is asked for the
 * link: otherwise a bridge enables each port at the cost of going over all others
 */
static void taps(uint32_t count, int noted) {
  uint32_t bridge = if_nametoindex("br0");
  uint32_t *indexes = calloc(count, 4);
  for (uint32_t i = 0; i < count; i++) {
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
    snprintf(request.ifr_name, IFNAMSIZ, "tap%u", i);
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    if (fd < 0 || ioctl(fd, TUNSETIFF, &request) < 0 || ioctl(fd, TUNSETPERSIST, 1) < 0) fail(request.ifr_name);
    if (ioctl(sock, SIOCGIFINDEX, &request) < 0) fail("index");
    indexes[i] = request.ifr_ifindex;
    close(fd);
  }
  for (uint32_t i = 0; i < count; i++) {
    if (noted) {
      uint32_t withoutCounters = RTEXT_FILTER_SKIP_STATS;
      struct ifinfomsg *asked = begin(RTM_GETLINK, 0, sizeof *asked);
      asked->ifi_index = indexes[i];
      attribute(IFLA_EXT_MASK, &withoutCounters, 4);
      end();
    }
    struct ifinfomsg *m = begin(RTM_NEWLINK, 0, sizeof *m);
    m->ifi_index = indexes[i];
    m->ifi_flags = m->ifi_change = IFF_UP;
    attribute(IFLA_MASTER, &bridge, 4);
    end();
    // The answers must fit in the receive buffer.
    if (noted && i % 256 == 255) flush();
  }
  flush();
}

/** All by one group, as the kernel waits for each link that is deleted by itself. */
static void tapsDown(uint32_t count) {
  uint32_t group = 4711;
  for (uint32_t i = 0; i < count; i++) {
    char name[IFNAMSIZ];
    snprintf(name, sizeof name, "tap%u", i);
    begin(RTM_NEWLINK, 0, sizeof(struct ifinfomsg));
    attribute(IFLA_IFNAME, name, strlen(name) + 1);
    attribute(IFLA_GROUP, &group, 4);
    end();
  }
  begin(RTM_DELLINK, 0, sizeof(struct ifinfomsg));
  attribute(IFLA_GROUP, &group, 4);
  end();
  flush();
}

int main(int argc, char **argv) {
  if (argc > 2 && strcmp(argv[1], "run") == 0) {
    double start = now();
    pid_t child = fork();
    if (child == 0) {
      dup2(2, 1);
      int null = open("/dev/null", O_WRONLY);
      dup2(null, 1);
      execvp(argv[2], argv + 2);
      _exit(127);
    }
    int status;
    struct rusage usage;
    if (wait4(child, &status, 0, &usage) < 0 || status != 0) return 1;
    report(start, usage.ru_maxrss);
    return 0;
  }
  if (argc < 4) return 2;
  const char *what = argv[1];
  int family = argv[2][0] == '6' ? AF_INET6 : AF_INET;
  uint32_t count = atoi(argv[3]), device = if_nametoindex("d0");
  sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  int size = 1 << 22, one = 1;
  setsockopt(sock, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
  setsockopt(sock, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof one);
  setsockopt(sock, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof one);
  double start = now();
  if (strcmp(what, "add") == 0)
    for (uint32_t i = 0; i < count; i++) route(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, family, i, 2, device);
  else if (strcmp(what, "delete") == 0)
    for (uint32_t i = 0; i < count; i++) route(RTM_DELROUTE, 0, family, i, 0, device);
  else if (strcmp(what, "deleteStrided") == 0) {
    for (uint32_t time = 0; time < 64; time++)
      for (uint32_t i = reversed(time, 6); i < count; i += 64) route(RTM_DELROUTE, 0, family, i, 0, device);
  } else if (strcmp(what, "change") == 0) {
    if (dump(RTM_GETROUTE, sizeof(struct rtmsg), family) < count) return 1;
    for (uint32_t i = 0; i < count; i += 100) route(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, family, i, 3, device);
  } else if (strcmp(what, "dump") == 0) {
    if (dump(RTM_GETROUTE, sizeof(struct rtmsg), family) < count) return 1;
  } else if (strcmp(what, "linkDump") == 0) {
    if (dump(RTM_GETLINK, sizeof(struct ifinfomsg), AF_UNSPEC) < count) return 1;
  } else if (strcmp(what, "tapsUp") == 0)
    taps(count, 0);
  else if (strcmp(what, "tapsUpNoted") == 0)
    taps(count, 1);
  else if (strcmp(what, "tapsDown") == 0)
    tapsDown(count);
  else
    return 2;
  flush();
  report(start, 0);
}
