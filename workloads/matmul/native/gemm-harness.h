/*
 * What the matmul programs have in common: seeded inputs, a timed loop, a check against a reference, one line of
 * JSON. A program fills in `struct gemm` and calls `gemm_run`. All matrices are square and row-major.
 */
#ifndef ASSAY_GEMM_HARNESS_H
#define ASSAY_GEMM_HARNESS_H

#include <math.h>
#include <pthread.h>
#include "../../kit/native/assay.h"

enum { CHECKED_ROWS = 16 };

struct gemm {
  /* Filled by gemm_arguments. */
  size_t size;
  int threads;
  double seconds;
  uint64_t seed;
  /* Filled by the program. `load` and `store` convert one element of an input; `result` reads one of C. */
  const char *library, *implementation, *dtype, *accumulate;
  size_t input_bytes, result_bytes;
  void (*store)(void *matrix, size_t index, double normal);
  double (*load)(const void *matrix, size_t index);
  double (*result)(const void *matrix, size_t index);
  /* c * gamma_K: the greatest |C - Cref| that a right kernel may show, in units of (|A| |B|). 0: exact. */
  double tolerance;
  void (*prepare)(const struct gemm *); /* after the matrices exist; may be NULL */
  /* Does a task for every number of a thread, each on the thread that multiplies under it; NULL: on threads of ours. */
  void (*each)(const struct gemm *, void (*task)(const struct gemm *, int thread));
  void (*multiply)(const struct gemm *);
  void *a, *b, *c;
};

static void gemm_fail(const char *why) {
  fprintf(stderr, "%s\n", why);
  exit(1);
}

static void *gemm_memory(size_t bytes) {
  void *memory = NULL;
  if (posix_memalign(&memory, 64, bytes) != 0) gemm_fail("out of memory");
  return memory;
}

static struct gemm gemm_arguments(int argc, char **argv) {
  struct gemm g = {0};
  uint64_t size = 0, threads = 0;
  if (argc < 5) gemm_fail("usage: SIZE THREADS SECONDS SEED");
  if (!assay_count(argv[1], 1, 65536, &size) || !assay_count(argv[2], 1, 65536, &threads) ||
      !assay_number(argv[3], 1e-3, 86400, &g.seconds) || !assay_count(argv[4], 0, UINT64_MAX, &g.seed))
    gemm_fail("arguments out of range");
  g.size = size;
  g.threads = (int)threads;
  return g;
}

/* Unit roundoff times length: gamma_n = n u / (1 - n u), Higham, Accuracy and Stability, 2nd ed., lemma 3.1. */
static inline double gemm_gamma(double n, double u) { return n * u / (1 - n * u); }

struct gemm_thread {
  pthread_t thread;
  const struct gemm *g;
  void (*task)(const struct gemm *, int thread);
  int number;
};

static void *gemm_start(void *argument) {
  const struct gemm_thread *t = argument;
  t->task(t->g, t->number);
  return NULL;
}

/* For a library that lends its threads to nobody: the kernel spreads ours as it spreads those. */
static void gemm_each(const struct gemm *g, void (*task)(const struct gemm *, int thread)) {
  struct gemm_thread *threads = calloc((size_t)g->threads, sizeof *threads);
  if (!threads) gemm_fail("out of memory");
  for (int t = 0; t < g->threads; t++) {
    threads[t].g = g, threads[t].task = task, threads[t].number = t;
    if (pthread_create(&threads[t].thread, NULL, gemm_start, &threads[t]) != 0) gemm_fail("cannot start a thread");
  }
  for (int t = 0; t < g->threads; t++) pthread_join(threads[t].thread, NULL);
  free(threads);
}

/*
 * One thread's part of A and B: a page lies on the node of memory of whoever writes it first, and one thread alone would
 * put both matrices on one. N(0,1) by Box-Muller: neither zeros nor integers, whose switching power and speed flatter
 * the chip. The values are the same for any number of threads.
 */
static void gemm_fill(const struct gemm *g, int thread) {
  size_t count = g->size * g->size, pairs = (count + 1) / 2, t = (size_t)thread, threads = (size_t)g->threads;
  size_t first = pairs * t / threads, end = pairs * (t + 1) / threads;
  for (int m = 0; m < 2; m++) {
    void *matrix = m == 0 ? g->a : g->b;
    uint64_t state = (g->seed + (uint64_t)m) * 0x2545f4914f6cdd1du + 1 + 2 * first * ASSAY_RANDOM_STEP;
    for (size_t i = 2 * first; i < 2 * end; i += 2) {
      double u = ((double)(assay_random(&state) >> 11) + 0.5) * 0x1p-53, v = (double)(assay_random(&state) >> 11) * 0x1p-53;
      double radius = sqrt(-2 * log(u)), angle = 6.283185307179586 * v;
      g->store(matrix, i, radius * cos(angle));
      if (i + 1 < count) g->store(matrix, i + 1, radius * sin(angle));
    }
  }
}

/*
 * Sampled rows against a reference in double: |C - Cref| <= tolerance * (|A| |B|), element by element (Higham,
 * section 3.5). A relative error per element would explode near zero. Written so that NaN counts as wrong.
 */
static void gemm_check(const struct gemm *g, long *checked, long *wrong, double *worst) {
  size_t n = g->size, rows = n < CHECKED_ROWS ? n : CHECKED_ROWS, row[CHECKED_ROWS];
  double *reference = gemm_memory(rows * n * sizeof(double)), *magnitude = gemm_memory(rows * n * sizeof(double));
  double *line = gemm_memory(n * sizeof(double));
  uint64_t state = g->seed + 7;
  for (size_t r = 0; r < rows; r++) /* one row of each of `rows` equal bands, so that every thread's part is seen */
    row[r] = r * n / rows + assay_random(&state) % ((r + 1) * n / rows - r * n / rows);
  memset(reference, 0, rows * n * sizeof(double));
  memset(magnitude, 0, rows * n * sizeof(double));
  for (size_t k = 0; k < n; k++) {
    for (size_t j = 0; j < n; j++) line[j] = g->load(g->b, k * n + j);
    for (size_t r = 0; r < rows; r++) {
      double a = g->load(g->a, row[r] * n + k), positive = fabs(a);
      for (size_t j = 0; j < n; j++) {
        reference[r * n + j] += a * line[j];
        magnitude[r * n + j] += positive * fabs(line[j]);
      }
    }
  }
  for (size_t r = 0; r < rows; r++)
    for (size_t j = 0; j < n; j++) {
      double error = fabs(g->result(g->c, row[r] * n + j) - reference[r * n + j]);
      double bound = g->tolerance * magnitude[r * n + j];
      if (!(error <= bound)) ++*wrong;
      else if (bound > 0 && error / bound > *worst) *worst = error / bound;
      ++*checked;
    }
  free(reference), free(magnitude), free(line);
}

/* Of all bits of C, in 52 bits, which a double holds: the same program on the same inputs gives the same (FNV-1a by words). */
static uint64_t gemm_digest(const struct gemm *g) {
  const unsigned char *bytes = g->c;
  uint64_t hash = 0xcbf29ce484222325u, word;
  for (size_t i = 0, end = g->size * g->size * g->result_bytes; i < end; i += sizeof word) {
    word = 0;
    memcpy(&word, bytes + i, end - i < sizeof word ? end - i : sizeof word);
    hash = (hash ^ word) * 0x100000001b3u;
    hash ^= hash >> 32; /* else a high bit of the input reaches high bits alone */
  }
  return hash >> 12;
}

static int gemm_run(struct gemm *g) {
  size_t count = g->size * g->size;
  g->a = gemm_memory(count * g->input_bytes);
  g->b = gemm_memory(count * g->input_bytes);
  g->c = gemm_memory(count * g->result_bytes);
  if (g->prepare) g->prepare(g);
  (g->each ? g->each : gemm_each)(g, gemm_fill); /* C is first written by the first product */
  double warm = assay_now(), warm_seconds = g->seconds / 4 < 1 ? g->seconds / 4 : 1;
  do g->multiply(g); while (assay_now() - warm < warm_seconds);
  memset(g->c, 0xff, count * g->result_bytes); /* NaN, or -1: what the timed loop leaves out is found wrong */
  long iterations = 0, checked = 0, wrong = 0;
  double start = assay_now(), elapsed = 0, worst = 0;
  do {
    g->multiply(g);
    iterations++;
    elapsed = assay_now() - start;
  } while (elapsed < g->seconds);
  gemm_check(g, &checked, &wrong, &worst);
  if (checked == 0) gemm_fail("no element was checked");
  char library[512], implementation[512], compiler[256];
  printf("{\"library\":%s,\"implementation\":%s,\"compiler\":%s,\"dtype\":\"%s\",\"accumulate\":\"%s\","
         "\"distribution\":\"normal\",\"seed\":%llu,\"size\":%zu,\"threads\":%d,\"iterations\":%ld,"
         "\"elapsedSeconds\":%.6f,\"tolerance\":%.9g,\"checked\":%ld,\"wrong\":%ld,\"worst\":%.4g,\"digest\":%llu}\n",
         assay_json(library, sizeof library, g->library), assay_json(implementation, sizeof implementation, g->implementation),
         assay_json(compiler, sizeof compiler, __VERSION__), g->dtype, g->accumulate, (unsigned long long)g->seed, g->size, g->threads,
         iterations, elapsed, g->tolerance, checked, wrong, worst, (unsigned long long)gemm_digest(g));
  return 0;
}

static inline void gemm_store_float(void *m, size_t i, double x) { ((float *)m)[i] = (float)x; }
static inline double gemm_load_float(const void *m, size_t i) { return ((const float *)m)[i]; }

#endif
