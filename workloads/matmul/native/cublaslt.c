#define _GNU_SOURCE
/*
 * Matrix multiplication by the matrix units of NVIDIA's accelerators, as NVIDIA's own library does it: D = A' B, column by column, A
 * transposed (the one layout that every number format takes). Timed is the algorithm that the library takes for the fastest; whether
 * a product has the same bits each time is asked of a pinned one, which sums in one order. Elements are compared with their dot
 * products in double, by the bounds of README.md.
 */
#include "../../kit/native/accelerator.h"
#include "../../kit/native/library.h"
#include "../../kit/native/power.h"
#include "cublaslt-calls.h"
#include "number-formats.h"

enum { WORKSPACE = 32 << 20, FOLDS = 65536, GROUP = 256, SIDE = 64, SPOTS = SIDE * SIDE, SPOTS_OF_BATCH = 16 };
enum { KINDS_OF_BITS = 16, CANDIDATES = 8 };

/* `lambda` sqrt(K) `unit` (|A| |B|), and `out` of the element itself, is what a right element may be off (README.md). */
static const struct kind {
  const char *name, *title;
  const struct format *in, *out;
  int type, out_type, compute, is_fast;
  double scale, lambda, unit, step;
} kinds[] = {
    {"fp32", "FP32", &format_fp32, &format_fp32, CUDA_R_32F, CUDA_R_32F, COMPUTE_32F, 0, 1, 1, 0x1p-24, 0x1p-24},
    {"tf32", "TF32", &format_tf32, &format_fp32, CUDA_R_32F, CUDA_R_32F, COMPUTE_32F_FAST_TF32, 0, 1, 1, 0x1p-23, 0x1p-24},
    {"fp16", "FP16", &format_fp16, &format_fp16, CUDA_R_16F, CUDA_R_16F, COMPUTE_32F, 0, 1, 1, 0x1p-23, 0x1p-11},
    {"bf16", "BF16", &format_bf16, &format_bf16, CUDA_R_16BF, CUDA_R_16BF, COMPUTE_32F, 0, 1, 1, 0x1p-23, 0x1p-8},
    {"fp8", "FP8", &format_e4m3, &format_bf16, CUDA_R_8F_E4M3, CUDA_R_16BF, COMPUTE_32F, 0, 16, 0.02, 0x1p-13, 0x1p-8},
    {"fp8-fast", "FP8", &format_e4m3, &format_bf16, CUDA_R_8F_E4M3, CUDA_R_16BF, COMPUTE_32F, 1, 16, 0.5, 0x1p-13, 0x1p-8}};

static const struct kind *kind;
static const char *kernels;
static uint64_t size, seed;
static double seconds;
static int checked, wrong;

static uint32_t table[NORMALS];
static double values[NORMALS];
static struct { uint64_t row, column; double sum, magnitude; } spots[SPOTS];

static device_buffer a, b, c, workspace, partial;
static lt_handle context, product, layout_in, layout_out;
static struct lt_algorithm fastest, pinned;
static char why_unpinned[512];

/* Bits of results, each with how often they came. */
static struct { uint64_t fold; int count; } folds[KINDS_OF_BITS];
static int repeats, others;

static uint64_t seed_of(int matrix) { return (seed + (uint64_t)matrix) * 0x2545f4914f6cdd1du + 1; }

/* Which of the 65536 numbers an element is: as in gemm.cl. */
static uint32_t number_at(int matrix, uint64_t element) {
  uint64_t state = seed_of(matrix) + element / 4 * ASSAY_RANDOM_STEP;
  return assay_random(&state) >> (element % 4 * 16) & 0xffff;
}

static device_buffer fill(struct device_kernel *kernel, device_buffer numbers, int matrix) {
  uint32_t each = 32 / (uint32_t)kind->in->width, words = (uint32_t)(size * size / each);
  uint64_t its = seed_of(matrix);
  device_buffer to = device_memory((size_t)words * 4, "a matrix");
  ARGUMENT(*kernel, 0, to), ARGUMENT(*kernel, 1, numbers), ARGUMENT(*kernel, 2, words), ARGUMENT(*kernel, 3, each), ARGUMENT(*kernel, 4, its);
  device_run(kernel, (words + GROUP - 1) / GROUP * GROUP, GROUP);
  return to;
}

/* One element of each of 64 x 64 parts of the product, and what it has to be. */
static void choose_spots(void) {
  uint64_t state = seed;
  double scale = kind->scale * kind->scale;
  for (uint64_t i = 0; i < SPOTS; i++) {
    uint64_t top = i / SIDE * size / SIDE, left = i % SIDE * size / SIDE;
    spots[i].row = top + assay_random(&state) % ((i / SIDE + 1) * size / SIDE - top);
    spots[i].column = left + assay_random(&state) % ((i % SIDE + 1) * size / SIDE - left);
    double sum = 0, magnitude = 0;
    for (uint64_t k = 0; k < size; k++) {
      double term = values[number_at(0, spots[i].row * size + k)] * values[number_at(1, spots[i].column * size + k)] / scale;
      sum += term, magnitude += fabs(term);
    }
    spots[i].sum = sum, spots[i].magnitude = magnitude;
  }
}

static size_t offset_of(int spot) { return (spots[spot].column * size + spots[spot].row) * (size_t)kind->out->width / 8; }

/* What a product leaves out is found wrong. */
static void spoil(int first, int count) {
  uint32_t never = kind->out == &format_fp32 ? 0x7fc00000 : kind->out == &format_fp16 ? 0x7e00 : 0x7fc0;
  for (int i = first; i < first + count; i++) device_write(c, offset_of(i), &never, (size_t)kind->out->width / 8);
}

static void check(int first, int count) {
  for (int i = first; i < first + count; i++) {
    uint32_t found = 0;
    device_read(c, offset_of(i), &found, (size_t)kind->out->width / 8);
    double bound = kind->step * fabs(spots[i].sum) + kind->lambda * sqrt((double)size) * kind->unit * spots[i].magnitude;
    checked++;
    wrong += !(fabs(format_decode(kind->out, found) - spots[i].sum) <= bound); /* NaN is wrong */
  }
}

static void multiply(const struct lt_algorithm *algorithm) {
  static const float one = 1, zero = 0;
  LT(cublasLtMatmul, context, product, &one, a, layout_in, b, layout_in, &zero, c, layout_out, c, layout_out, algorithm, workspace, WORKSPACE,
     NULL);
}

/* Multiplies by the pinned algorithm and notes which bits came out; returns how long that took. */
static double repeat(struct device_kernel *kernel, int first, int count) {
  static uint64_t parts[FOLDS];
  uint32_t words = (uint32_t)(size * size * (uint64_t)kind->out->width / 32), items = FOLDS;
  uint64_t fold = 0;
  spoil(first, count);
  double began = assay_now();
  multiply(&pinned);
  ARGUMENT(*kernel, 0, c), ARGUMENT(*kernel, 1, partial), ARGUMENT(*kernel, 2, words), ARGUMENT(*kernel, 3, items);
  device_run(kernel, FOLDS, GROUP);
  double took = assay_now() - began;
  check(first, count);
  device_read(partial, 0, parts, sizeof parts);
  for (int i = 0; i < FOLDS; i++) fold = (fold ^ parts[i]) * 0x100000001b3u;
  int i = 0;
  while (i < KINDS_OF_BITS && folds[i].count > 0 && folds[i].fold != fold) i++;
  if (i < KINDS_OF_BITS) folds[i].fold = fold, folds[i].count++;
  else others++;
  repeats++;
  return took;
}

static uint32_t config_of(const struct lt_algorithm *algorithm, int what) {
  uint32_t value = 0;
  uint16_t narrow = 0;
  size_t written = 0;
  if (what < CONFIG_INNER) return lt.cublasLtMatmulAlgoConfigGetAttribute(algorithm, what, &value, sizeof value, &written) == 0 ? value : UINT32_MAX;
  return lt.cublasLtMatmulAlgoConfigGetAttribute(algorithm, what, &narrow, sizeof narrow, &written) == 0 ? narrow : UINT32_MAX;
}

static int find_algorithms(uint32_t schemes, int most, struct lt_found *found) {
  lt_handle preference = NULL;
  uint64_t room = WORKSPACE;
  int count = 0;
  LT(cublasLtMatmulPreferenceCreate, &preference);
  LT(cublasLtMatmulPreferenceSetAttribute, preference, PREF_MAX_WORKSPACE_BYTES, &room, sizeof room);
  LT(cublasLtMatmulPreferenceSetAttribute, preference, PREF_REDUCTION_SCHEME_MASK, &schemes, sizeof schemes);
  int status = lt.cublasLtMatmulAlgoGetHeuristic(context, product, layout_in, layout_in, layout_out, layout_out, preference, most, found, &count);
  if (status == 0 && count > 0 && found[0].status == 0) return count;
  if (status == 0) status = count > 0 ? found[0].status : 15;
  snprintf(why_unpinned, sizeof why_unpinned, "no product of %s, size %llu: cublasLtMatmulAlgoGetHeuristic: %s", kind->title,
           (unsigned long long)size, lt_error(status));
  return 0;
}

static void choose_algorithms(void) {
  enum { ALL_SCHEMES = 7 };
  struct lt_found found[CANDIDATES], checked_one;
  if (find_algorithms(ALL_SCHEMES, 1, found) == 0) device_fail("%s", why_unpinned);
  fastest = found[0].algorithm;
  int count = find_algorithms(0, CANDIDATES, found);
  for (int i = 0; i < count; i++) {
    const struct lt_algorithm *each = &found[i].algorithm;
    if (found[i].status != 0 || config_of(each, CONFIG_SPLIT_K) > 1 || config_of(each, CONFIG_REDUCTION) != 0) continue;
    if (lt.cublasLtMatmulAlgoCheck(context, product, layout_in, layout_in, layout_out, layout_out, each, &checked_one) != 0) continue;
    if (checked_one.workspace > WORKSPACE) continue;
    pinned = *each, why_unpinned[0] = 0;
    return;
  }
  if (count > 0) snprintf(why_unpinned, sizeof why_unpinned, "each algorithm that the library offers splits its sums");
}

static void describe_product(void) {
  int transposed = 1, plain = 0;
  int8_t is_fast = 1;
  LT(cublasLtCreate, &context);
  LT(cublasLtMatmulDescCreate, &product, kind->compute, CUDA_R_32F);
  LT(cublasLtMatmulDescSetAttribute, product, DESC_TRANSA, &transposed, sizeof transposed);
  LT(cublasLtMatmulDescSetAttribute, product, DESC_TRANSB, &plain, sizeof plain);
  if (kind->scale != 1) {
    float inverse = (float)(1 / kind->scale);
    device_buffer scale = device_memory(sizeof inverse, "a scale");
    device_write(scale, 0, &inverse, sizeof inverse);
    LT(cublasLtMatmulDescSetAttribute, product, DESC_A_SCALE_POINTER, &scale, sizeof scale);
    LT(cublasLtMatmulDescSetAttribute, product, DESC_B_SCALE_POINTER, &scale, sizeof scale);
    if (kind->is_fast) LT(cublasLtMatmulDescSetAttribute, product, DESC_FAST_ACCUM, &is_fast, sizeof is_fast);
  }
  LT(cublasLtMatrixLayoutCreate, &layout_in, kind->type, size, size, (int64_t)size);
  LT(cublasLtMatrixLayoutCreate, &layout_out, kind->out_type, size, size, (int64_t)size);
}

static void tell_algorithm(const char *name, const struct lt_algorithm *algorithm) {
  static const char *const names[] = {"id", "tile", "splitK", "reduction", "swizzle", "custom", "stages", "inner", "cluster"};
  fprintf(device_turn.out, "\"%s\":{", name);
  for (int i = CONFIG_ID; i <= CONFIG_CLUSTER; i++) {
    uint32_t value = config_of(algorithm, i);
    fprintf(device_turn.out, value == UINT32_MAX ? "%s\"%s\":null" : "%s\"%s\":%u", i ? "," : "", names[i], value);
  }
  fprintf(device_turn.out, "},");
}

static void tell_products(int batches, uint32_t products, double shortest, double busy) {
  char json[2][1100];
  FILE *out = device_turn.out;
  device_tell();
  fprintf(out, "\"dtype\":\"%.4s\",\"accumulate\":\"fp32\",\"fastAccumulate\":%s,\"distribution\":\"normal\",\"seed\":%llu,\"size\":%llu,",
          kind->scale != 1 ? "fp8" : kind->name, kind->is_fast ? "true" : "false", (unsigned long long)seed, (unsigned long long)size);
  fprintf(out, "\"multiplier\":{\"name\":%s,\"path\":%s,\"version\":\"%d.%d.%d\"},", assay_json(json[0], sizeof json[0], lt_library.name),
          assay_json(json[1], sizeof json[1], lt_library.path), lt_version[0], lt_version[1], lt_version[2]);
  tell_algorithm("algorithm", &fastest);
  if (why_unpinned[0]) fprintf(out, "\"unpinned\":%s,", assay_json(json[0], sizeof json[0], why_unpinned));
  else {
    tell_algorithm("pinned", &pinned);
    fprintf(out, "\"repeats\":%d,\"folds\":[", repeats);
    for (int i = 0; i < KINDS_OF_BITS && folds[i].count > 0; i++)
      fprintf(out, "%s{\"fold\":\"%016llx\",\"count\":%d}", i ? "," : "", (unsigned long long)folds[i].fold, folds[i].count);
    fprintf(out, "],\"otherFolds\":%d,", others);
  }
  power_tell();
  fprintf(out, "\"batches\":%d,\"productsOfBatch\":%u,\"products\":%llu,\"shortestBatchSeconds\":%.6f,\"elapsedSeconds\":%.6f,\"checked\":%d,\"wrong\":%d}\n",
          batches, products, (unsigned long long)batches * products, shortest, busy, checked, wrong);
}

static void measure(const char *address) {
  const uint64_t elements = size * size;
  device_open(address, kernels);
  lt_open();
  if (kind->scale != 1) lt_need(11, 11, "FP8");
  uint64_t needed = elements * (uint64_t)(2 * kind->in->width + kind->out->width) / 8 + WORKSPACE + (1 << 20);
  if (needed > device.memory / 10 * 9)
    device_fail("expected room for %llu bytes of matrices, the device has %llu", (unsigned long long)needed, (unsigned long long)device.memory);
  struct device_kernel filling = device_kernel("gemm_fill"), folding = device_kernel("gemm_fold");
  normals_of(kind->in, kind->scale, table, values);
  device_buffer numbers = device_memory(sizeof table, "a table of numbers");
  device_write(numbers, 0, table, sizeof table);
  a = fill(&filling, numbers, 0), b = fill(&filling, numbers, 1);
  c = device_memory(elements * (uint64_t)kind->out->width / 8, "the product");
  workspace = device_memory(WORKSPACE, "the workspace"), partial = device_memory(FOLDS * 8, "folds");
  describe_product();
  choose_algorithms();
  choose_spots();

  /* All spots before and after, some of them behind each batch; what is repeated takes a tenth of the time at most. */
  const int is_pinned = !why_unpinned[0];
  const uint32_t most = 1 << 20;
  uint32_t products = 1;
  int batches = 0, at = 0;
  double busy = 0, loaded = 0, repeating = 0, shortest = INFINITY;
  spoil(0, SPOTS), multiply(&fastest), check(0, SPOTS);
  if (is_pinned) repeat(&folding, 0, SPOTS);
  power_open();
  timing_begin();
  while (timing_goes_on(seconds)) {
    spoil(at, SPOTS_OF_BATCH);
    const uint32_t now = products;
    double began = assay_now();
    for (uint32_t i = 0; i < now; i++) multiply(&fastest);
    double took = device_await(began);
    check(at, SPOTS_OF_BATCH);
    loaded += took;
    if (is_pinned && repeating <= loaded / 10) repeating += repeat(&folding, at, SPOTS_OF_BATCH);
    at = (at + SPOTS_OF_BATCH) % SPOTS;
    if (timing_counts(now, took, &products, 1, most)) batches++, busy += took, shortest = fmin(shortest, took), power_sample();
    else if (timing.is_timed) power_begin();
  }
  power_end();
  spoil(0, SPOTS), multiply(&fastest), check(0, SPOTS);
  if (is_pinned) repeat(&folding, 0, SPOTS);
  tell_products(batches, products, shortest, busy);
}

int main(int argc, char **argv) {
  double pause = 0;
  for (size_t i = 0; argc > 3 && i < sizeof kinds / sizeof *kinds; i++)
    if (strcmp(argv[3], kinds[i].name) == 0) kind = &kinds[i];
  if (argc < 6 || strcmp(argv[1], "cuda") != 0 || !device_back_end(argv[1]) || !kind || !assay_count(argv[4], SIDE, 32768, &size) || size % 16 ||
      !assay_count(argv[5], 0, UINT32_MAX, &seed) || !device_arguments(argc - 6, argv + 6, &seconds, &pause)) {
    fprintf(stderr, "usage: cublaslt cuda KERNELS fp32|tf32|fp16|bf16|fp8|fp8-fast SIZE SEED SECONDS together|alone PAUSE cold|steady ADDRESS…\n");
    return 64;
  }
  kernels = argv[2];
  return each_device(argv[7], argv + 10, argc - 10, pause, seconds, measure);
}
