/*
 * Matrix multiplication by the vector units of accelerators: this code reaches no matrix unit. A product of small
 * integers has to be exact before and after; of every timed launch, which makes some rows of C, 16 elements chosen at random are
 * compared with their dot products in double.
 */
#include <math.h>
#include "../../kit/native/accelerator.h"

enum { SPOT_CHECKS = 16, TILE = 64, GROUP = 256, CHUNK = 1 << 20 };

static const struct kind {
  const char *name, *kernel, *dtype, *accumulate, *needs;
  int input_bytes;
} kinds[] = {{"fp32", "gemm_fp32", "fp32", "fp32", "FP32 arithmetic", 4},
             {"fp16", "gemm_fp16", "fp16", "fp32", "FP32 arithmetic", 2},
             {"half", "gemm_half", "fp16", "fp16-by-16-then-fp32", "FP16 arithmetic (cl_khr_fp16)", 2}};

static const struct kind *kind;
static uint64_t size, seed;
static double seconds;
static const char *kernels;
static int checked, wrong;

/* FP16 nearest to a number, ties to even, as its bits; there and back. */
static uint16_t half_of(float x) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  uint32_t sign = bits >> 16 & 0x8000, magnitude = bits & 0x7fffffff;
  if (magnitude >= 0x477ff000) return (uint16_t)(sign | 0x7c00);
  if (magnitude < 0x38800000) { /* below 2^-14: steps of 2^-24 */
    float scaled = fabsf(x) * 0x1p24f;
    return (uint16_t)(sign | (uint32_t)nearbyintf(scaled));
  }
  uint32_t rest = magnitude & 0x1fff, result = (magnitude - 0x38000000) >> 13;
  result += rest > 0x1000 || (rest == 0x1000 && (result & 1));
  return (uint16_t)(sign | result);
}

static float float_of(uint16_t half) {
  uint32_t exponent = half >> 10 & 31, fraction = half & 1023;
  float magnitude = exponent == 0 ? ldexpf((float)fraction, -24) : ldexpf((float)(fraction | 1024), (int)exponent - 25);
  return half & 0x8000 ? -magnitude : magnitude;
}

/* Element `index` of A (0) or B (1), as the device has it: N(0,1) by Box-Muller, found without those before it. */
static float input_at(int matrix, uint64_t index) {
  uint64_t state = (seed + (uint64_t)matrix) * 0x2545f4914f6cdd1du + 1 + index / 2 * 2 * ASSAY_RANDOM_STEP;
  double u = ((double)(assay_random(&state) >> 11) + 0.5) * 0x1p-53, v = (double)(assay_random(&state) >> 11) * 0x1p-53;
  double radius = sqrt(-2 * log(u)), angle = 6.283185307179586 * v;
  float normal = (float)(radius * (index % 2 ? sin(angle) : cos(angle)));
  return kind->input_bytes == 2 ? float_of(half_of(normal)) : normal;
}

/* Small integers, whose sums are exact in every format. */
static float small_at(int matrix, uint64_t index) {
  uint64_t i = index / TILE, j = index % TILE;
  return matrix == 0 ? (float)((i + j) % 7) - 3 : (float)(i * j % 5) - 2;
}

static void put(void *to, uint64_t index, float value) {
  if (kind->input_bytes == 2) ((uint16_t *)to)[index] = half_of(value);
  else ((float *)to)[index] = value;
}

static device_buffer fill(int matrix, uint64_t count, float (*at)(int, uint64_t)) {
  static float piece[CHUNK];
  size_t each = (size_t)kind->input_bytes;
  device_buffer buffer = device_memory(count * each, "a matrix");
  for (uint64_t first = 0; first < count; first += CHUNK) {
    uint64_t length = count - first < CHUNK ? count - first : CHUNK;
    for (uint64_t i = 0; i < length; i++) put(piece, i, at(matrix, first + i));
    device_write(buffer, first * each, piece, length * each);
  }
  return buffer;
}

static double multiply(struct device_kernel *kernel, device_buffer a, device_buffer b, device_buffer c, uint32_t n, uint32_t first_row, uint32_t tiles) {
  ARGUMENT(*kernel, 0, a), ARGUMENT(*kernel, 1, b), ARGUMENT(*kernel, 2, c), ARGUMENT(*kernel, 3, n), ARGUMENT(*kernel, 4, first_row);
  return device_run(kernel, (size_t)tiles * (n / TILE) * GROUP, GROUP);
}

static void check_known_answer(struct device_kernel *kernel) {
  enum { COUNT = TILE * TILE };
  static float found[COUNT];
  device_buffer a = fill(0, COUNT, small_at), b = fill(1, COUNT, small_at), c = device_memory(COUNT * 4, "a result");
  multiply(kernel, a, b, c, TILE, 0, 1);
  device_read(c, 0, found, sizeof found);
  for (uint64_t i = 0; i < COUNT; i++) {
    float sum = 0;
    for (uint64_t k = 0; k < TILE; k++) sum += small_at(0, i / TILE * TILE + k) * small_at(1, k * TILE + i % TILE);
    checked++;
    wrong += found[i] != sum;
  }
  device_release(a), device_release(b), device_release(c);
}

/*
 * Whether an element is what a right multiplication gives: |c - ref| <= bound (|a| |b|), for every order of summation in FP32
 * (Higham, Accuracy and Stability, section 3.5); for sums of 16 in FP16 with the square root of 16, as in README.md. NaN is wrong.
 */
static int is_right(float found, uint64_t row, uint64_t column) {
  double sum = 0, magnitude = 0, n = (double)size, u = 0x1p-24;
  for (uint64_t k = 0; k < size; k++) {
    double product = (double)input_at(0, row * size + k) * input_at(1, k * size + column);
    sum += product, magnitude += fabs(product);
  }
  double bound = strcmp(kind->name, "half") == 0 ? 4 * 0x1p-11 + n / 16 * u / (1 - n / 16 * u) : n * u / (1 - n * u);
  return fabs(found - sum) <= bound * magnitude;
}

static void measure(const char *address) {
  device_open(address, kernels);
  uint64_t count = size * size, random = (uint64_t)(assay_now() * 1e9) ^ (uint64_t)getpid();
  uint64_t needed = count * (2 * (uint64_t)kind->input_bytes + 4);
  if (needed > device.memory / 10 * 9 || count * 4 > device.largest)
    device_fail("expected room for %llu bytes of matrices, the device has %llu", (unsigned long long)needed, (unsigned long long)device.memory);
  struct device_kernel kernel = device_find_kernel(kind->kernel);
  if (!kernel.object) device_fail("the driver offers no %s", kind->needs);
  check_known_answer(&kernel);
  device_buffer a = fill(0, count, input_at), b = fill(1, count, input_at), c = device_memory(count * 4, "the product");

  uint32_t all = (uint32_t)(size / TILE), tiles = 1, at = 0;
  uint64_t rows = 0;
  double busy = 0;
  timing_begin();
  while (timing_goes_on(seconds)) {
    const float never = NAN;
    if (at + tiles > all) at = 0;
    uint64_t first_row = (uint64_t)at * TILE, band = (uint64_t)tiles * TILE, spots[SPOT_CHECKS];
    for (int i = 0; i < SPOT_CHECKS; i++) { /* what the launch leaves out is found wrong */
      spots[i] = first_row * size + assay_random(&random) % (band * size);
      device_write(c, spots[i] * 4, &never, 4);
    }
    double took = multiply(&kernel, a, b, c, (uint32_t)size, (uint32_t)first_row, tiles);
    for (int i = 0; i < SPOT_CHECKS; i++) {
      float found = 0;
      device_read(c, spots[i] * 4, &found, 4);
      checked++;
      wrong += !is_right(found, spots[i] / size, spots[i] % size);
    }
    at += tiles;
    if (timing_counts((double)band, took, &tiles, 1, all)) rows += band, busy += took;
  }
  check_known_answer(&kernel);
  device_tell();
  fprintf(device_turn.out,
          "\"dtype\":\"%s\",\"accumulate\":\"%s\",\"distribution\":\"normal\",\"seed\":%llu,\"size\":%llu,\"rows\":%llu,"
          "\"elapsedSeconds\":%.6f,\"checked\":%d,\"wrong\":%d}\n",
          kind->dtype, kind->accumulate, (unsigned long long)seed, (unsigned long long)size, (unsigned long long)rows, busy, checked, wrong);
}

int main(int argc, char **argv) {
  double pause = 0;
  for (size_t i = 0; argc > 3 && i < sizeof kinds / sizeof *kinds; i++)
    if (strcmp(argv[3], kinds[i].name) == 0) kind = &kinds[i];
  if (argc < 6 || !device_back_end(argv[1]) || !kind || !assay_count(argv[4], TILE, 65536, &size) || size % TILE || !assay_count(argv[5], 0, UINT32_MAX, &seed) ||
      !device_arguments(argc - 6, argv + 6, &seconds, &pause)) {
    fprintf(stderr, "usage: device opencl|cuda KERNELS fp32|fp16|half SIZE SEED SECONDS together|alone PAUSE cold|steady ADDRESS|cpu…\n");
    return 64;
  }
  kernels = argv[2];
  return each_device(argv[7], argv + 10, argc - 10, pause, seconds, measure);
}
