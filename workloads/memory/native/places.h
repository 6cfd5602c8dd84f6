/*
 * Which CPUs this process may use, on which NUMA nodes they are, and how large the last-level caches behind them are: as the
 * kernel tells it below /sys/devices/system.
 */
#ifndef ASSAY_PLACES_H
#define ASSAY_PLACES_H

#include <errno.h>
#include <sched.h>
#include "../../kit/native/assay.h"

enum { MOST_NODES = 1024, MOST_CPUS = 65536 };

struct place {
  int node, cpu;
};

/* First line of a file of the kernel; 0: there is none. */
static inline int read_line(char *text, size_t room, const char *pattern, int x, int y) {
  char path[128];
  snprintf(path, sizeof path, pattern, x, y);
  FILE *file = fopen(path, "re");
  if (!file) return 0;
  int is_read = fgets(text, (int)room, file) != NULL;
  fclose(file);
  return is_read;
}

/* Whether a list of the kernel (`0-3,8`) has this number. */
static inline int is_listed(const char *list, long wanted) {
  while (*list >= '0' && *list <= '9') {
    char *end;
    long from = strtol(list, &end, 10), to = *end == '-' ? strtol(end + 1, &end, 10) : from;
    if (wanted >= from && wanted <= to) return 1;
    list = *end == ',' ? end + 1 : end;
  }
  return 0;
}

/*
 * The CPUs that we may use, node by node; a kernel without NUMA has node 0. NULL, with errno: they cannot be told. Nodes
 * that have memory and no CPU (accelerators') are none of ours.
 */
static inline struct place *find_places(size_t *count) {
  size_t room = CPU_ALLOC_SIZE(MOST_CPUS);
  cpu_set_t *allowed = CPU_ALLOC(MOST_CPUS);
  char *list = malloc(1 << 16);
  if (!allowed || !list || sched_getaffinity(0, room, allowed) != 0) return NULL;
  size_t all = (size_t)CPU_COUNT_S(room, allowed);
  struct place *places = calloc(all, sizeof *places);
  if (!places) return NULL;
  int has_nodes = read_line(list, 1 << 16, "/sys/devices/system/node/online", 0, 0);
  *count = 0;
  for (int node = 0; node < (has_nodes ? MOST_NODES : 1); node++) {
    if (has_nodes && !read_line(list, 1 << 16, "/sys/devices/system/node/node%d/cpulist", node, 0)) continue;
    for (int cpu = 0; cpu < MOST_CPUS && *count < all; cpu++)
      if (CPU_ISSET_S((size_t)cpu, room, allowed) && (!has_nodes || is_listed(list, cpu))) places[(*count)++] = (struct place){node, cpu};
  }
  CPU_FREE(allowed), free(list);
  errno = ENODEV;
  return *count == all ? places : NULL; /* one of them is on no node */
}

/* Sum of the last-level caches behind these CPUs; 0: not told. */
static inline uint64_t last_level_cache(const struct place *places, size_t count) {
  uint64_t sum = 0;
  for (size_t t = 0; t < count; t++) {
    char text[4096], shared[4096] = "";
    uint64_t size = 0;
    int cpu = places[t].cpu, top = 0, is_seen = 0;
    for (int index = 0; read_line(text, sizeof text, "/sys/devices/system/cpu/cpu%d/cache/index%d/level", cpu, index); index++) {
      int level = atoi(text);
      if (level < top || !read_line(text, sizeof text, "/sys/devices/system/cpu/cpu%d/cache/index%d/type", cpu, index) || *text == 'I' ||
          !read_line(text, sizeof text, "/sys/devices/system/cpu/cpu%d/cache/index%d/size", cpu, index) ||
          !read_line(shared, sizeof shared, "/sys/devices/system/cpu/cpu%d/cache/index%d/shared_cpu_list", cpu, index))
        continue;
      top = level, size = strtoull(text, NULL, 10) << 10; /* always in K */
    }
    if (size == 0) return 0;
    for (size_t before = 0; before < t && !is_seen; before++) is_seen = is_listed(shared, places[before].cpu);
    if (!is_seen) sum += size;
  }
  return sum;
}

#endif
