/*
 * What the matmul programs have in common: seeded inputs, a timed loop, a check against a reference, one line of
 * JSON. A program fills in `struct gemm` and calls `gemm_run`. All matrices are square and row-major.
 */
#ifndef ASSAY_GEMM_HARNESS_H
#define ASSAY_GEMM_HARNESS_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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
  void (*multiply)(const struct gemm *);
  void *a, *b, *c;
};

static inline double gemm_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

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
  if (argc < 5) gemm_fail("usage: SIZE THREADS SECONDS SEED");
  g.size = strtoul(argv[1], NULL, 10);
  g.threads = atoi(argv[2]);
  g.seconds = strtod(argv[3], NULL);
  g.seed = strtoull(argv[4], NULL, 10);
  if (g.size < 1 || g.size > 65536 || g.threads < 1 || !(g.seconds > 0)) gemm_fail("arguments out of range");
  return g;
}

/* Unit roundoff times length: gamma_n = n u / (1 - n u), Higham, Accuracy and Stability, 2nd ed., lemma 3.1. */
static inline double gemm_gamma(double n, double u) { return n * u / (1 - n * u); }

static uint64_t gemm_random(uint64_t *state) { /* splitmix64 */
  uint64_t z = (*state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/* N(0,1) by Box-Muller: neither zeros nor integers, whose switching power and speed flatter the chip. */
static void gemm_fill(const struct gemm *g, void *matrix, uint64_t seed) {
  uint64_t state = seed * 0x2545f4914f6cdd1du + 1;
  size_t count = g->size * g->size;
  for (size_t i = 0; i < count; i += 2) {
    double u = ((double)(gemm_random(&state) >> 11) + 0.5) * 0x1p-53, v = (double)(gemm_random(&state) >> 11) * 0x1p-53;
    double radius = sqrt(-2 * log(u)), angle = 6.283185307179586 * v;
    g->store(matrix, i, radius * cos(angle));
    if (i + 1 < count) g->store(matrix, i + 1, radius * sin(angle));
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
    row[r] = r * n / rows + gemm_random(&state) % ((r + 1) * n / rows - r * n / rows);
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

static int gemm_run(struct gemm *g) {
  size_t count = g->size * g->size;
  g->a = gemm_memory(count * g->input_bytes);
  g->b = gemm_memory(count * g->input_bytes);
  g->c = gemm_memory(count * g->result_bytes);
  gemm_fill(g, g->a, g->seed);
  gemm_fill(g, g->b, g->seed + 1);
  if (g->prepare) g->prepare(g);
  double warm = gemm_now(), warm_seconds = g->seconds / 4 < 1 ? g->seconds / 4 : 1;
  do g->multiply(g); while (gemm_now() - warm < warm_seconds);
  memset(g->c, 0xff, count * g->result_bytes); /* NaN, or -1: what the timed loop leaves out is found wrong */
  long iterations = 0, checked = 0, wrong = 0;
  double start = gemm_now(), elapsed = 0, worst = 0;
  do {
    g->multiply(g);
    iterations++;
    elapsed = gemm_now() - start;
  } while (elapsed < g->seconds);
  gemm_check(g, &checked, &wrong, &worst);
  if (checked == 0) gemm_fail("no element was checked");
  printf("{\"library\":\"%s\",\"implementation\":\"%s\",\"compiler\":\"%s\",\"dtype\":\"%s\",\"accumulate\":\"%s\","
         "\"distribution\":\"normal\",\"seed\":%llu,\"size\":%zu,\"threads\":%d,\"iterations\":%ld,"
         "\"elapsedSeconds\":%.6f,\"tolerance\":%.9g,\"checked\":%ld,\"wrong\":%ld,\"worst\":%.4g}\n",
         g->library, g->implementation, __VERSION__, g->dtype, g->accumulate, (unsigned long long)g->seed, g->size,
         g->threads, iterations, elapsed, g->tolerance, checked, wrong, worst);
  return 0;
}

static inline void gemm_store_float(void *m, size_t i, double x) { ((float *)m)[i] = (float)x; }
static inline double gemm_load_float(const void *m, size_t i) { return ((const float *)m)[i]; }

#endif
