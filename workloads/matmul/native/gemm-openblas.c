/* FP32 GEMM through CBLAS. The number of threads comes from OPENBLAS_NUM_THREADS, set by the plan. */
#include <cblas.h>
#include "gemm-harness.h"

/* Declared here too: some distributions' cblas.h is the reference one, while the library is OpenBLAS. */
extern char *openblas_get_config(void);
extern char *openblas_get_corename(void);
extern int openblas_get_num_threads(void);

static void multiply(const struct gemm *g) {
  int n = (int)g->size;
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, g->a, n, g->b, n, 0, g->c, n);
}

int main(int argc, char **argv) {
  struct gemm g = gemm_arguments(argc, argv);
  if (openblas_get_num_threads() != g.threads) {
    fprintf(stderr, "expected %d OpenBLAS threads, got %d\n", g.threads, openblas_get_num_threads());
    return 1;
  }
  g.library = openblas_get_config();
  g.implementation = openblas_get_corename();
  g.dtype = g.accumulate = "fp32";
  g.input_bytes = g.result_bytes = sizeof(float);
  g.store = gemm_store_float;
  g.load = g.result = gemm_load_float;
  g.tolerance = gemm_gamma((double)g.size, 0x1p-24);
  g.multiply = multiply;
  return gemm_run(&g);
}
