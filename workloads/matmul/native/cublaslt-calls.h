/*
 * Entry points of NVIDIA's library of matrix products without its headers and without linking to it. Types and numbers are those of
 * cublasLt.h, cublas_api.h and library_types.h of CUDA 13.1; none of them has changed since 11.
 */
#ifndef CUBLASLT_CALLS_H
#define CUBLASLT_CALLS_H

#include "../../kit/native/accelerator.h"
#include "../../kit/native/library.h"

typedef struct lt_object *lt_handle; /* the library's context, a description of a product, of a matrix, of what is preferred */

struct lt_algorithm { uint64_t data[8]; };
struct lt_found {
  struct lt_algorithm algorithm;
  size_t workspace;
  int status;
  float waves;
  int reserved[4];
};
_Static_assert(sizeof(struct lt_found) == 96, "cublasLtMatmulHeuristicResult_t");

#define LT_CALLS(X)                                                                                                                 \
  X(cublasLtCreate, (lt_handle *))                                                                                                  \
  X(cublasLtGetProperty, (int, int *))                                                                                              \
  X(cublasLtMatmulDescCreate, (lt_handle *, int, int))                                                                              \
  X(cublasLtMatmulDescSetAttribute, (lt_handle, int, const void *, size_t))                                                         \
  X(cublasLtMatrixLayoutCreate, (lt_handle *, int, uint64_t, uint64_t, int64_t))                                                    \
  X(cublasLtMatmulPreferenceCreate, (lt_handle *))                                                                                  \
  X(cublasLtMatmulPreferenceSetAttribute, (lt_handle, int, const void *, size_t))                                                   \
  X(cublasLtMatmulAlgoGetHeuristic,                                                                                                 \
    (lt_handle, lt_handle, lt_handle, lt_handle, lt_handle, lt_handle, lt_handle, int, struct lt_found *, int *))                   \
  X(cublasLtMatmulAlgoCheck,                                                                                                        \
    (lt_handle, lt_handle, lt_handle, lt_handle, lt_handle, lt_handle, const struct lt_algorithm *, struct lt_found *))             \
  X(cublasLtMatmulAlgoConfigGetAttribute, (const struct lt_algorithm *, int, void *, size_t, size_t *))                             \
  X(cublasLtMatmul, (lt_handle, lt_handle, const void *, const void *, lt_handle, const void *, lt_handle, const void *,            \
                     const void *, lt_handle, void *, lt_handle, const struct lt_algorithm *, void *, size_t, void *))

static struct {
#define LT_FIELD(name, arguments) int(*name) arguments;
  LT_CALLS(LT_FIELD)
} lt;

enum {
  CUDA_R_32F = 0, CUDA_R_16F = 2, CUDA_R_16BF = 14, CUDA_R_8F_E4M3 = 28, /* library_types.h */
  COMPUTE_32F = 68, COMPUTE_32F_FAST_TF32 = 77, /* cublas_api.h */
  DESC_TRANSA = 3, DESC_TRANSB = 4, DESC_A_SCALE_POINTER = 17, DESC_B_SCALE_POINTER = 18, DESC_FAST_ACCUM = 25,
  PREF_MAX_WORKSPACE_BYTES = 1, PREF_REDUCTION_SCHEME_MASK = 3,
  CONFIG_ID = 0, CONFIG_TILE, CONFIG_SPLIT_K, CONFIG_REDUCTION, CONFIG_SWIZZLE, CONFIG_CUSTOM, CONFIG_STAGES, CONFIG_INNER, CONFIG_CLUSTER
};

/* A status by name, number and meaning. Only newer libraries name them themselves. */
static const char *lt_error(int status) {
  static const struct { int status; const char *name, *meaning; } names[] = {
      {1, "NOT_INITIALIZED", "the library finds no driver that it can use, or a context that is not its own"},
      {3, "ALLOC_FAILED", "no memory is left for what the library needs itself"},
      {7, "INVALID_VALUE", "the library takes no such product"},
      {8, "ARCH_MISMATCH", "the device has no units for this"},
      {13, "EXECUTION_FAILED", "the device failed while it multiplied"},
      {14, "INTERNAL_ERROR", "the library failed"},
      {15, "NOT_SUPPORTED", "the library has no algorithm for this on this device"},
      {16, "LICENSE_ERROR", "the library's licence forbids it"}};
  static char text[256];
  snprintf(text, sizeof text, "cuBLAS status %d", status);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (names[i].status == status) snprintf(text, sizeof text, "CUBLAS_STATUS_%s (%d): %s", names[i].name, status, names[i].meaning);
  return text;
}

static void lt_check(int status, const char *call) {
  if (status != 0) device_fail("%s: %s", call, lt_error(status));
}
#define LT(call, ...) lt_check(lt.call(__VA_ARGS__), #call)

/* Which library it is, and its version as three numbers. */
static struct library lt_library;
static int lt_version[3];

/* Opens the newest library that there is. What is lacking is told with what was looked for, where, and what brings it. */
static void lt_open(void) {
  static const char *const names[] = {"libcublasLt.so.13", "libcublasLt.so.12", "libcublasLt.so.11", NULL};
  lt_library = library_open(names, "CUDA's toolkit (libcublas), the Python package nvidia-cublas or a tool pack");
  if (!lt_library.handle) device_fail("%s", lt_library.why);
#define LT_NAME(name, arguments)                                                          \
  lt.name = (int(*) arguments)library_symbol(&lt_library, #name, "cuBLAS 11.0 (CUDA 11)"); \
  if (!lt.name) device_fail("%s", lt_library.why);
  LT_CALLS(LT_NAME)
  for (int i = 0; i < 3; i++) LT(cublasLtGetProperty, i, &lt_version[i]);
}

/* Refuses a library that is older than what is asked of it needs. */
static void lt_need(int major, int minor, const char *what) {
  if (lt_version[0] > major || (lt_version[0] == major && lt_version[1] >= minor)) return;
  device_fail("expected cuBLAS %d.%d or newer for %s, got %d.%d.%d (%s): a newer CUDA toolkit or a tool pack brings it", major, minor, what,
              lt_version[0], lt_version[1], lt_version[2], lt_library.path);
}

#endif
