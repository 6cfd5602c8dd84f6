/* FP32, BF16 and INT8 GEMM through oneDNN's matmul primitive, 2.x and 3.x. Threads come from OMP_NUM_THREADS. */
#include <dnnl.h>
#include <omp.h>
#include "gemm-harness.h"

#if DNNL_CPU_THREADING_RUNTIME != DNNL_RUNTIME_OMP
#error "expected a oneDNN built for OpenMP: the number of threads could not be set or proven"
#endif

static dnnl_engine_t engine;
static dnnl_primitive_desc_t chosen;
static dnnl_primitive_t primitive;
static dnnl_stream_t stream;
static dnnl_exec_arg_t arguments[3];

static void must(dnnl_status_t status, const char *what) {
  if (status == dnnl_success) return;
  fprintf(stderr, "oneDNN: %s: status %d\n", what, (int)status);
  exit(1);
}

static void prepare(const struct gemm *g) {
  const int roles[3] = {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST};
  const dnnl_query_t queries[3] = {dnnl_query_src_md, dnnl_query_weights_md, dnnl_query_dst_md};
  void *const matrices[3] = {g->a, g->b, g->c};
  for (int i = 0; i < 3; i++) {
    arguments[i].arg = roles[i];
    must(dnnl_memory_create(&arguments[i].memory, dnnl_primitive_desc_query_md(chosen, queries[i], 0), engine, matrices[i]), "memory");
  }
}

static void multiply(const struct gemm *g) {
  (void)g;
  must(dnnl_primitive_execute(primitive, stream, 3, arguments), "execute");
  must(dnnl_stream_wait(stream), "wait");
}

static void each(const struct gemm *g, void (*task)(const struct gemm *, int thread)) {
#pragma omp parallel for schedule(static, 1) num_threads(g->threads)
  for (int t = 0; t < g->threads; t++) task(g, t);
}

/* bfloat16 is the upper half of a float, rounded to nearest even; inputs are never NaN. */
static void store_bfloat(void *m, size_t i, double x) {
  float f = (float)x;
  uint32_t bits;
  memcpy(&bits, &f, sizeof bits);
  ((uint16_t *)m)[i] = (uint16_t)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}
static double load_bfloat(const void *m, size_t i) {
  uint32_t bits = (uint32_t)((const uint16_t *)m)[i] << 16;
  float f;
  memcpy(&f, &bits, sizeof f);
  return f;
}

/* Quantised normal: one step is 1/32 of a standard deviation, clipped at 4 of them. */
static void store_int8(void *m, size_t i, double x) {
  double q = nearbyint(x * 32);
  ((int8_t *)m)[i] = (int8_t)(q < -127 ? -127 : q > 127 ? 127 : q);
}
static double load_int8(const void *m, size_t i) { return ((const int8_t *)m)[i]; }
static double load_int32(const void *m, size_t i) { return ((const int32_t *)m)[i]; }

/* Version 2 has plain structures where version 3 has handles; plain row-major layout, as a caller's matrices are. */
#if DNNL_VERSION_MAJOR >= 3
typedef dnnl_memory_desc_t description;
static void describe(description *d, int64_t n, dnnl_data_type_t type) {
  must(dnnl_memory_desc_create_with_tag(d, 2, (dnnl_dims_t){n, n}, type, dnnl_ab), "memory description");
}
static void create(dnnl_primitive_desc_t *p, dnnl_engine_t e, const description *in, const description *out) {
  must(dnnl_matmul_primitive_desc_create(p, e, *in, *in, NULL, *out, NULL), "no kernel for this type");
}
#else
typedef dnnl_memory_desc_t description;
static void describe(description *d, int64_t n, dnnl_data_type_t type) {
  must(dnnl_memory_desc_init_by_tag(d, 2, (dnnl_dims_t){n, n}, type, dnnl_ab), "memory description");
}
static void create(dnnl_primitive_desc_t *p, dnnl_engine_t e, const description *in, const description *out) {
  dnnl_matmul_desc_t matmul;
  must(dnnl_matmul_desc_init(&matmul, in, in, NULL, out), "matmul description");
  must(dnnl_primitive_desc_create(p, &matmul, NULL, e, NULL), "no kernel for this type");
}
#endif

int main(int argc, char **argv) {
  struct gemm g = gemm_arguments(argc, argv);
  const char *dtype = argc > 5 ? argv[5] : "";
  dnnl_data_type_t in = dnnl_f32, out = dnnl_f32;
  g.dtype = g.accumulate = "fp32";
  g.input_bytes = g.result_bytes = 4;
  g.store = gemm_store_float;
  g.load = g.result = gemm_load_float;
  g.tolerance = gemm_gamma((double)g.size, 0x1p-24); /* products of bfloat16 are exact in FP32 */
  if (strcmp(dtype, "bf16") == 0) {
    in = dnnl_bf16, g.dtype = "bf16", g.input_bytes = 2, g.store = store_bfloat, g.load = load_bfloat;
  } else if (strcmp(dtype, "int8") == 0) {
    in = dnnl_s8, out = dnnl_s32, g.dtype = "int8", g.accumulate = "int32", g.input_bytes = 1;
    g.store = store_int8, g.load = load_int8, g.result = load_int32, g.tolerance = 0;
    if (g.size > 130000) gemm_fail("int32 could overflow");
  } else if (strcmp(dtype, "fp32") != 0) gemm_fail("expected dtype fp32, bf16 or int8");

  if (omp_get_max_threads() != g.threads) gemm_fail("expected OMP_NUM_THREADS to be the number of threads");
  description input, output;
  must(dnnl_engine_create(&engine, dnnl_cpu, 0), "engine");
  must(dnnl_stream_create(&stream, engine, dnnl_stream_default_flags), "stream");
  describe(&input, (int64_t)g.size, in);
  describe(&output, (int64_t)g.size, out);
  create(&chosen, engine, &input, &output);
  must(dnnl_primitive_create(&primitive, chosen), "primitive");
  must(dnnl_primitive_desc_query(chosen, dnnl_query_impl_info_str, 0, &g.implementation), "implementation");
  char library[64];
  const dnnl_version_t *v = dnnl_version();
  snprintf(library, sizeof library, "oneDNN %d.%d.%d", v->major, v->minor, v->patch);
  g.library = library;
  g.prepare = prepare, g.each = each;
  g.multiply = multiply;
  return gemm_run(&g);
}
