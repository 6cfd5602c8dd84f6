/*
 * The interfaces of this machine that are in the network under test, and what goes through them. Whoever includes this
 * defines `fail`, which ends the run.
 */
#ifndef ASSAY_ALLREDUCE_INTERFACES_H
#define ASSAY_ALLREDUCE_INTERFACES_H
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include "../../kit/native/assay.h"

enum { MOST_INTERFACES = 8 };

static _Noreturn void fail(const char *why);

/* The interfaces of this rank with an address in the network under test: Open MPI may use all of them. */
struct interfaces {
  int count;
  char names[MOST_INTERFACES][IF_NAMESIZE], addresses[MOST_INTERFACES][INET_ADDRSTRLEN];
};

static struct interfaces find_interfaces(struct in_addr network, struct in_addr mask) {
  struct interfaces found = {0};
  struct ifaddrs *all = NULL;
  if (getifaddrs(&all) != 0) fail("cannot list the interfaces");
  for (const struct ifaddrs *each = all; each && found.count < MOST_INTERFACES; each = each->ifa_next) {
    if (!each->ifa_addr || each->ifa_addr->sa_family != AF_INET) continue;
    struct in_addr address = ((const struct sockaddr_in *)(const void *)each->ifa_addr)->sin_addr;
    if ((address.s_addr & mask.s_addr) != (network.s_addr & mask.s_addr)) continue;
    snprintf(found.names[found.count], IF_NAMESIZE, "%.*s", (int)strcspn(each->ifa_name, ":"), each->ifa_name); /* no alias label */
    inet_ntop(AF_INET, &address, found.addresses[found.count++], INET_ADDRSTRLEN);
  }
  freeifaddrs(all);
  if (found.count == 0) fail("expected an interface with an address in the network under test, found none");
  return found;
}

static int is_known(const struct interfaces *found, const char *name, int count) {
  for (int i = 0; i < count; i++)
    if (strcmp(found->names[i], name) == 0) return 1;
  return 0;
}

struct traffic {
  uint64_t received, sent;
};

/* /proc/net/dev: `name: rx-bytes` and seven more columns, then `tx-bytes` (proc(5)); of this network namespace. */
static struct traffic read_traffic(const struct interfaces *found) {
  struct traffic total = {0};
  char line[512];
  FILE *file = fopen("/proc/net/dev", "r");
  if (!file) fail("cannot read /proc/net/dev");
  while (fgets(line, sizeof line, file)) {
    char *colon = strrchr(line, ':'), *name = line + strspn(line, " ");
    unsigned long long received, sent;
    if (!colon) continue;
    *colon = 0;
    if (!is_known(found, name, found->count)) continue;
    if (sscanf(colon + 1, "%llu %*u %*u %*u %*u %*u %*u %*u %llu", &received, &sent) != 2) fail("cannot read /proc/net/dev");
    total.received += received, total.sent += sent;
  }
  fclose(file);
  return total;
}

/* What went through since `before`. Some drivers update their counters late: waits for `least`, two seconds at most. */
static struct traffic traffic_since(const struct interfaces *found, struct traffic before, uint64_t least, int patient) {
  for (int waited = 0;; waited++) {
    struct traffic now = read_traffic(found), since = {now.received - before.received, now.sent - before.sent};
    if (!patient || waited == 200 || (since.received >= least && since.sent >= least)) return since;
    nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
  }
}

#endif
