/*
 * Stands in for NVIDIA's library of matrix products in tests: it multiplies in double on the CPU and rounds once, which is right by any
 * bound, each product once, and takes for each as long as the scenario says (scenario.h). What is no description of a product as
 * Assay makes them is refused. It exports `assay_stand_in`, by which it is known.
 */
#include <dlfcn.h>
#include "../../../workloads/matmul/native/number-formats.h"
#include "scenario.h"

const int assay_stand_in = 1;

enum { OK = 0, NOT_INITIALIZED = 1, INVALID = 7, EXECUTION_FAILED = 13, NOT_SUPPORTED = 15, ALL_SCHEMES = 7 };

struct algorithm { uint32_t config[16]; };
struct found {
  struct algorithm algorithm;
  size_t workspace;
  int status;
  float waves;
  int reserved[4];
};
/* A product, a matrix or what is preferred. */
struct object {
  int compute, transposed[2], type, is_fast;
  const float *scales[2];
  uint64_t rows, columns;
  uint32_t schemes;
};

static struct {
  int device;
  long products;
  void (*work)(long microseconds); /* of the device */
  const void *a, *b;
  int type;
  uint64_t bytes;
  unsigned char *product;
} state;

static const struct format *format_of(int type) {
  return type == 0 ? &format_fp32 : type == 2 ? &format_fp16 : type == 14 ? &format_bf16 : type == 28 ? &format_e4m3 : NULL;
}

int cublasLtCreate(void **context) {
  void *driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD);
  int (*device)(void) = driver ? (int (*)(void))dlsym(driver, "assay_stand_in_device") : NULL;
  state.work = driver ? (void (*)(long))dlsym(driver, "assay_stand_in_work") : NULL;
  if (!device || !state.work) return NOT_INITIALIZED;
  state.device = device();
  *context = &state;
  return OK;
}
int cublasLtGetProperty(int what, int *value) {
  if (scenario.count == 0) read_scenario();
  if (what < 0 || what > 2) return INVALID;
  *value = scenario.cublaslt[what];
  return OK;
}

static int create(void **out, struct object object) {
  *out = memcpy(malloc(sizeof object), &object, sizeof object);
  return OK;
}
int cublasLtMatmulDescCreate(void **product, int compute, int scale_type) {
  return scale_type != 0 || (compute != 68 && compute != 77) ? INVALID : create(product, (struct object){.compute = compute});
}
int cublasLtMatrixLayoutCreate(void **layout, int type, uint64_t rows, uint64_t columns, int64_t leading) {
  return !format_of(type) || leading < (int64_t)rows ? INVALID : create(layout, (struct object){.type = type, .rows = rows, .columns = columns});
}
int cublasLtMatmulPreferenceCreate(void **preference) { return create(preference, (struct object){.schemes = ALL_SCHEMES}); }

int cublasLtMatmulDescSetAttribute(struct object *product, int what, const void *value, size_t bytes) {
  if ((what == 3 || what == 4) && bytes == 4) return memcpy(&product->transposed[what - 3], value, 4), OK;
  if ((what == 17 || what == 18) && bytes == sizeof(void *)) return memcpy(&product->scales[what - 17], value, bytes), OK;
  if (what == 25 && bytes == 1) return product->is_fast = *(const int8_t *)value, OK;
  return INVALID;
}
int cublasLtMatmulPreferenceSetAttribute(struct object *preference, int what, const void *value, size_t bytes) {
  if (what == 1 && bytes == 8) return OK;
  if (what == 3 && bytes == 4) return memcpy(&preference->schemes, value, 4), OK;
  return INVALID;
}

int cublasLtMatmulAlgoCheck(void *context, struct object *product, struct object *a, struct object *b, struct object *c, struct object *d,
                            const struct algorithm *algorithm, struct found *found) {
  int is_fp8 = a->type == 28;
  if (context != &state || !product->transposed[0] || product->transposed[1] || a->type != b->type || c->type != d->type) return INVALID;
  if (a->rows != b->rows || a->columns != c->rows || b->columns != c->columns || a->rows % 16) return INVALID;
  if (is_fp8 != (product->scales[0] && product->scales[1]) || c->type != (is_fp8 ? 14 : a->type)) return INVALID;
  if (a->type == scenario.refused_type) return NOT_SUPPORTED;
  *found = (struct found){.algorithm = *algorithm, .workspace = 1 << 20, .waves = 1};
  return OK;
}
int cublasLtMatmulAlgoGetHeuristic(void *context, struct object *product, struct object *a, struct object *b, struct object *c, struct object *d,
                                   struct object *preference, int most, struct found *found, int *count) {
  /* id, tile, splits of K, reduction, swizzle, custom, stages, inner shape, cluster */
  static const struct algorithm split = {{7, 20, 2, 2, 0, 0, 5, 0, 1}}, whole = {{66, 23, 1, 0, 1, 0, 36, 0, 2}};
  const struct algorithm *all[] = {preference->schemes & 2 ? &split : &whole, scenario.splits ? &split : &whole};
  *count = 0;
  if (most < 1) return INVALID;
  int status = OK;
  for (int i = 0; i < most && i < 2 && status == OK; i++) {
    const struct algorithm *each = scenario.splits ? &split : all[i];
    status = cublasLtMatmulAlgoCheck(context, product, a, b, c, d, each, &found[i]);
    if (status == OK) ++*count;
  }
  return status;
}
int cublasLtMatmulAlgoConfigGetAttribute(const struct algorithm *algorithm, int what, void *value, size_t bytes, size_t *written) {
  if (what < 0 || what > 8 || bytes != (what < 7 ? 4u : 2u)) return INVALID;
  memcpy(value, &algorithm->config[what], bytes);
  *written = bytes;
  return OK;
}

static double *decode(const struct object *layout, const void *from) {
  const struct format *format = format_of(layout->type);
  double *to = malloc(layout->rows * layout->columns * sizeof *to);
  for (uint64_t i = 0; i < layout->rows * layout->columns; i++) {
    uint32_t word = 0;
    memcpy(&word, (const unsigned char *)from + i * (uint64_t)format->width / 8, (size_t)format->width / 8);
    to[i] = format_decode(format, word);
  }
  return to;
}

static void multiply(const struct object *product, const struct object *a, const void *at_a, const struct object *b, const void *at_b,
                     const struct object *d) {
  const struct format *format = format_of(d->type);
  size_t bytes = (size_t)format->width / 8;
  double *left = decode(a, at_a), *right = decode(b, at_b), scale = product->scales[0] ? (double)*product->scales[0] * *product->scales[1] : 1;
  state.bytes = d->rows * d->columns * bytes;
  state.product = realloc(state.product, state.bytes);
  for (uint64_t j = 0; j < d->columns; j++)
    for (uint64_t i = 0; i < d->rows; i++) {
      double sum = 0;
      for (uint64_t k = 0; k < a->rows; k++) sum += left[i * a->rows + k] * right[j * a->rows + k];
      uint32_t word = format_encode(format, sum * scale);
      memcpy(state.product + (j * d->rows + i) * bytes, &word, bytes);
    }
  state.a = at_a, state.b = at_b, state.type = d->type;
  free(left), free(right);
}

int cublasLtMatmul(void *context, struct object *product, const float *alpha, const void *at_a, struct object *a, const void *at_b, struct object *b,
                   const float *beta, const void *at_c, struct object *c, void *at_d, struct object *d, const struct algorithm *algorithm,
                   void *workspace, size_t room, void *stream) {
  struct found found;
  int status = cublasLtMatmulAlgoCheck(context, product, a, b, c, d, algorithm, &found);
  if (status != OK) return status;
  if (*alpha != 1 || *beta != 0 || at_c != at_d || !workspace || room < found.workspace || stream) return INVALID;
  if (!launch_on(state.device)) return EXECUTION_FAILED;
  const struct gpu *gpu = &scenario.gpus[state.device];
  if (state.a != at_a || state.b != at_b || state.type != d->type) multiply(product, a, at_a, b, at_b, d);
  memcpy(at_d, state.product, state.bytes);
  /* Beside the places that are looked at: its last bit is within every bound anyway. */
  if (algorithm->config[2] == 1 && (++state.products == gpu->bit || gpu->has_other_bits)) ((unsigned char *)at_d)[state.bytes / 2] ^= 1;
  state.work(gpu->product);
  return OK;
}
