/* The least program that calls OpenBLAS: what Assay's own program must not be slower than. SIZE SECONDS */
#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(int argc, char **argv) {
  int n = argc > 2 ? atoi(argv[1]) : 0, iterations = 0;
  if (n < 1) return 64;
  size_t bytes = (sizeof(float) * n * n + 63) / 64 * 64;
  float *a = aligned_alloc(64, bytes), *b = aligned_alloc(64, bytes), *c = aligned_alloc(64, bytes);
  for (int i = 0; i < n * n; i++) a[i] = (float)rand() / RAND_MAX - 0.5f, b[i] = (float)rand() / RAND_MAX - 0.5f;
  for (double warm = now(); now() - warm < atof(argv[2]) / 4;)
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, a, n, b, n, 0, c, n);
  double start = now(), elapsed;
  do {
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, a, n, b, n, 0, c, n);
    iterations++;
    elapsed = now() - start;
  } while (elapsed < atof(argv[2]));
  printf("{\"flopPerSecond\":%.6e,\"some\":%g}\n", 2.0 * n * n * n * iterations / elapsed, c[n]);
  return 0;
}
