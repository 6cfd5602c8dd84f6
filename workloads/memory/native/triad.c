/*
 * Sustained bandwidth of the host's memory, as STREAM has it (J. D. McCalpin): triad a = b + 3 c counts 24 bytes an element,
 * copy a = b counts 16; lines that a plain store reads first are not counted. One thread on each CPU that the process may
 * use. A thread fills the slices that it works on, so they lie in the memory of its own NUMA node.
 * Elements are whole numbers of 50 bits from their place: b + 3 c is exact, fused or not, and is computed again in integers.
 */
#define _GNU_SOURCE
#include <math.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "places.h"
#if defined(__SSE2__)
#include <emmintrin.h>
#define STORES "non-temporal"
#else
#define STORES "plain"
#endif

enum { OPERATIONS = 2, ARRAYS = 3, SLICE_STEP = 512, LEAST = 8000000, SAMPLED = 256, HUGE = 2 << 20 };
static const char *const names[OPERATIONS] = {"triad", "copy"};

static void fail(const char *what) {
  fprintf(stderr, "memory: %s%s%s\n", what, errno ? ": " : "", errno ? strerror(errno) : "");
  exit(70);
}

#if defined(__SSE2__)
typedef __m128d vector;
static inline void store(double *to, vector value) { _mm_stream_pd(to, value); }
static inline void end_stores(void) { _mm_sfence(); }
#else
typedef double vector __attribute__((vector_size(16)));
static inline void store(double *to, vector value) { *(vector *)to = value; }
static inline void end_stores(void) {}
#endif

/* A whole number of lines: n is a multiple of 8. */
static void __attribute__((noinline)) triad(double *a, const double *b, const double *c, size_t n) {
#pragma GCC unroll 4
  for (size_t i = 0; i < n; i += 2) store(a + i, *(const vector *)(b + i) + 3 * *(const vector *)(c + i));
  end_stores();
}

static void __attribute__((noinline)) copy(double *a, const double *b, const double *c, size_t n) {
  (void)c;
#pragma GCC unroll 4
  for (size_t i = 0; i < n; i += 2) store(a + i, *(const vector *)(b + i));
  end_stores();
}
static void (*const kernels[OPERATIONS])(double *, const double *, const double *, size_t) = {triad, copy};

/* What stands at a place of b (array 1) and c (array 2). */
static inline uint64_t element(uint64_t array, uint64_t index) {
  uint64_t state = (array << 56) + index * ASSAY_RANDOM_STEP;
  return assay_random(&state) >> 14;
}

/* Words of the three slices that are not what their place says. */
static uint64_t count_wrong(int operation, const double *a, const double *b, const double *c, uint64_t first, size_t n) {
  uint64_t wrong = 0;
  for (size_t i = 0; i < n; i++) {
    uint64_t x = element(1, first + i), y = element(2, first + i);
    wrong += (b[i] != (double)x) + (c[i] != (double)y) + (a[i] != (double)(operation == 0 ? x + 3 * y : x));
  }
  return wrong;
}

static void fill(double *b, double *c, uint64_t first, size_t n) {
  for (size_t i = 0; i < n; i++) b[i] = (double)element(1, first + i), c[i] = (double)element(2, first + i);
}

/* Known answers through the code that is measured, and one flipped bit that the check must find. Counts what came out wrong. */
enum { KNOWN = 2 * 8 + 2 };
static uint64_t known_answers(void) {
  static double a[8] __attribute__((aligned(64))), b[8] __attribute__((aligned(64))), c[8] __attribute__((aligned(64)));
  static const double sums[8] = {301, 602, 903, 1204, 1505, 1806, 2107, 2408};
  uint64_t wrong = 0;
  for (int i = 0; i < 8; i++) b[i] = i + 1, c[i] = 100 * (i + 1);
  triad(a, b, c, 8);
  for (int i = 0; i < 8; i++) wrong += a[i] != sums[i];
  copy(a, b, c, 8);
  for (int i = 0; i < 8; i++) wrong += a[i] != i + 1;
  fill(b, c, 7, 8);
  for (int operation = 0; operation < OPERATIONS; operation++) {
    uint64_t word;
    kernels[operation](a, b, c, 8);
    memcpy(&word, &a[5], 8), word ^= 1u << 3, memcpy(&a[5], &word, 8);
    wrong += count_wrong(operation, a, b, c, 7, 8) != 1;
  }
  return wrong;
}

struct node {
  int id;
  size_t threads;
  double *arrays[ARRAYS], busy[OPERATIONS];
  uint64_t wrong[OPERATIONS];
  int asked, here;
};
struct worker {
  pthread_t thread;
  int cpu;
  struct node *node;
  size_t in_node; /* how many threads of its node come before it */
  uint64_t first;
  double started, ended;
  uint64_t wrong;
};
static struct node nodes[MOST_NODES];
static struct worker *workers;
static size_t node_count, thread_count, slice;
static double seconds;
static pthread_barrier_t barrier;
static int go;
static uint64_t passes[OPERATIONS];
static double elapsed[OPERATIONS];

/* Adds up a pass that all threads have ended: whole nodes, and whether there is time for another. */
static void end_pass(int operation, double *began, double *last) {
  for (size_t n = 0; n < node_count; n++) {
    double from = INFINITY, to = 0;
    for (size_t t = 0; t < thread_count; t++)
      if (workers[t].node == &nodes[n]) from = fmin(from, workers[t].started), to = fmax(to, workers[t].ended);
    nodes[n].busy[operation] += to - from;
    *began = fmin(*began, from), *last = fmax(*last, to);
  }
  passes[operation]++;
  elapsed[operation] = *last - *began;
  go = elapsed[operation] < seconds;
}

static void *work(void *argument) {
  struct worker *w = argument;
  int leads = w == workers;
  double *a = w->node->arrays[0] + w->in_node * slice, *b = w->node->arrays[1] + w->in_node * slice,
         *c = w->node->arrays[2] + w->in_node * slice;
  size_t room = CPU_ALLOC_SIZE(w->cpu + 1);
  cpu_set_t *one = CPU_ALLOC(w->cpu + 1);
  if (!one) fail("no memory");
  CPU_ZERO_S(room, one);
  CPU_SET_S((size_t)w->cpu, room, one);
  if (sched_setaffinity(0, room, one) != 0) fail("a thread cannot be bound to its CPU");
  CPU_FREE(one);
  fill(b, c, w->first, slice);
  for (int operation = 0; operation < OPERATIONS; operation++) {
    double began = INFINITY, last = 0;
    for (size_t i = 0; i < slice; i++) a[i] = NAN;
    kernels[operation](a, b, c, slice); /* warm */
    if (leads) go = 1;
    for (;;) {
      pthread_barrier_wait(&barrier);
      if (!go) break;
      w->started = assay_now();
      kernels[operation](a, b, c, slice);
      w->ended = assay_now();
      pthread_barrier_wait(&barrier);
      if (leads) end_pass(operation, &began, &last);
    }
    w->wrong = count_wrong(operation, a, b, c, w->first, slice);
    pthread_barrier_wait(&barrier);
    if (leads)
      for (size_t t = 0; t < thread_count; t++) workers[t].node->wrong[operation] += workers[t].wrong;
    pthread_barrier_wait(&barrier);
  }
  return NULL;
}

static double *map_array(size_t bytes) {
  char *memory = mmap(NULL, bytes + HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) fail("no memory");
  memory += -(uintptr_t)memory % HUGE;
  madvise(memory, bytes, MADV_HUGEPAGE); /* speed only: where it is refused, pages are small */
  return (double *)(void *)memory;
}

/* Asks the kernel where some pages lie; a system without NUMA does not answer, and nothing is asked then. */
static void find_pages(struct node *node) {
  void *pages[ARRAYS * SAMPLED];
  int status[ARRAYS * SAMPLED], count = 0;
  size_t bytes = node->threads * slice * sizeof(double), step = bytes / SAMPLED / 4096 * 4096;
  for (int array = 0; array < ARRAYS; array++)
    for (size_t at = 0, k = 0; at < bytes && k < SAMPLED; at += step ? step : 4096, k++) pages[count++] = (char *)node->arrays[array] + at;
  if (syscall(SYS_move_pages, 0, (unsigned long)count, pages, NULL, status, 0) != 0) return;
  node->asked = count;
  for (int i = 0; i < count; i++) node->here += status[i] == node->id;
}

int main(int argc, char **argv) {
  uint64_t bytes = 0, most = 0, cache, wrong = known_answers();
  int only_one = argc == 5 && strcmp(argv[3], "one") == 0, is_auto = argc == 5 && strcmp(argv[1], "auto") == 0;
  if (argc != 5 || (!is_auto && !assay_count(argv[1], 1 << 20, 1ull << 46, &bytes)) || !assay_count(argv[2], 1 << 20, 1ull << 48, &most) ||
      (!only_one && strcmp(argv[3], "all") != 0) || !assay_number(argv[4], 1e-2, 86400, &seconds)) {
    fprintf(stderr, "usage: triad BYTES|auto MOST-BYTES one|all SECONDS\n");
    return 64;
  }
  struct place *places = find_places(&thread_count);
  if (!places) fail("the CPUs that may be used are unknown");
  if (only_one) thread_count = 1;
  cache = last_level_cache(places, thread_count);
  /* STREAM: four times the last-level caches, a million elements at least. Where that does not fit, what fits: it is told. */
  uint64_t step = 8 * SLICE_STEP * thread_count, largest = most / ARRAYS / step * step;
  if (is_auto) bytes = cache ? 4 * cache : 256 << 20;
  bytes = ((bytes < LEAST ? LEAST : bytes) + step - 1) / step * step;
  if (is_auto && bytes > largest && largest >= LEAST) bytes = largest;
  if (bytes > largest) {
    fprintf(stderr, "memory: expected room for three arrays of %llu bytes, got %llu\n", (unsigned long long)bytes, (unsigned long long)most);
    return 70;
  }
  slice = bytes / 8 / thread_count;
  if (pthread_barrier_init(&barrier, NULL, (unsigned)thread_count) != 0) fail("no barrier");
  workers = calloc(thread_count, sizeof *workers);
  if (!workers) fail("no memory");
  for (size_t t = 0; t < thread_count; t++) {
    if (t == 0 || places[t].node != places[t - 1].node) nodes[node_count++].id = places[t].node;
    struct node *node = &nodes[node_count - 1];
    workers[t] = (struct worker){.cpu = places[t].cpu, .node = node, .in_node = node->threads++, .first = t * slice};
  }
  free(places);
  for (size_t n = 0; n < node_count; n++)
    for (int array = 0; array < ARRAYS; array++) nodes[n].arrays[array] = map_array(nodes[n].threads * slice * sizeof(double));
  for (size_t t = 0; t < thread_count; t++)
    if ((errno = pthread_create(&workers[t].thread, NULL, work, &workers[t])) != 0) fail("cannot start a thread");
  for (size_t t = 0; t < thread_count; t++) pthread_join(workers[t].thread, NULL);

  char compiler[256];
  printf("{\"compiler\":%s,\"stores\":\"" STORES "\",\"threads\":%zu,\"lastLevelCacheBytes\":%llu,\"arrayBytes\":%llu,\"known\":{\"checked\":%d,\"wrong\":%llu},\"nodes\":[",
         assay_json(compiler, sizeof compiler, __VERSION__), thread_count, (unsigned long long)cache,
         (unsigned long long)(8 * slice * thread_count), KNOWN, (unsigned long long)wrong);
  for (size_t n = 0; n < node_count; n++) {
    struct node *node = &nodes[n];
    find_pages(node);
    printf("%s{\"node\":%d,\"threads\":%zu,\"pagesAsked\":%d,\"pagesHere\":%d}", n ? "," : "", node->id, node->threads, node->asked, node->here);
  }
  printf("],\"runs\":[");
  for (int k = 0; k < OPERATIONS; k++) {
    printf("%s{\"operation\":\"%s\",\"passes\":%llu,\"elapsedSeconds\":%.6f,\"nodes\":[", k ? "," : "", names[k],
           (unsigned long long)passes[k], elapsed[k]);
    for (size_t n = 0; n < node_count; n++)
      printf("%s{\"node\":%d,\"busySeconds\":%.6f,\"checked\":%llu,\"wrong\":%llu}", n ? "," : "", nodes[n].id, nodes[n].busy[k],
             (unsigned long long)(ARRAYS * slice * nodes[n].threads), (unsigned long long)nodes[n].wrong[k]);
    printf("]}");
  }
  printf("]}\n");
  return 0;
}
