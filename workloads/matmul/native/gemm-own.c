/*
 * Our own GEMM, FP32 or (with -DASSAY_FP16) FP16: the loop order of Goto and van de Geijn (2008) with a register
 * tile of MR rows by two vectors, in GCC's vector extensions, so that one source serves AVX-512, AVX2 and NEON.
 */
#ifdef __AVX512FP16__
#include <immintrin.h>
#endif
#include "gemm-harness.h"

#if defined(__AVX512F__)
enum { VECTOR_BYTES = 64, MR = 8, KC = 384 };
#define ISA "avx512"
#elif defined(__AVX2__)
enum { VECTOR_BYTES = 32, MR = 6, KC = 384 };
#define ISA "avx2"
#elif defined(__aarch64__)
enum { VECTOR_BYTES = 16, MR = 12, KC = 384 };
#define ISA "neon"
#else
enum { VECTOR_BYTES = 16, MR = 4, KC = 384 };
#define ISA "generic"
#endif

/*
 * FP16 sums of BLOCK products are added to FP32: with FP16 all the way, 11 bits would be lost within a few hundred
 * additions. FP32 stays in registers for the whole of KC.
 */
#ifdef ASSAY_FP16
typedef _Float16 element;
enum { BLOCK = 32 };
#if defined(__AVX512FP16__) || defined(__ARM_FEATURE_FP16_VECTOR_ARITHMETIC)
#define ARITHMETIC "fp16"
#else
#define ARITHMETIC "fp16-emulated" /* the compiler computes in FP32 and converts: no measure of the hardware */
#endif
#else
typedef float element;
enum { BLOCK = KC };
#define ARITHMETIC "fp32"
#endif

enum { LANES = VECTOR_BYTES / sizeof(element), NR = 2 * LANES, MC = 480 / MR * MR, NC = 384 / NR * NR };
typedef element vector __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(element))));
/* One element in every lane. A scalar times a vector of _Float16 does not compile where FP16 is emulated. */
#ifdef ASSAY_FP16
typedef int16_t lanes __attribute__((vector_size(VECTOR_BYTES)));
#define SPREAD(x) __builtin_shuffle((vector){x}, (lanes){0})
#else
#define SPREAD(x) (x)
#endif

/* Sums leave the registers as vectors of FP32; GCC 12 would convert FP16 lane by lane without the intrinsic. */
enum { WIDE_LANES = VECTOR_BYTES / sizeof(float) };
typedef float wide __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(float))));
static inline wide widen(const element *from) {
#ifdef __AVX512FP16__
  return (wide)_mm512_cvtph_ps(_mm256_loadu_si256((const void *)from));
#else
  element narrow __attribute__((vector_size(WIDE_LANES * sizeof(element))));
  memcpy(&narrow, from, sizeof narrow);
  return __builtin_convertvector(narrow, wide);
#endif
}

/* C[MR][NR] = or += the product of a packed MR x depth panel of A and a packed depth x NR panel of B. */
static __attribute__((noinline)) void tile(size_t depth, const element *restrict a, const element *restrict b, float *restrict c, size_t stride, int add) {
  while (depth > 0) {
    size_t steps = depth < BLOCK ? depth : BLOCK;
    vector sum[MR][2] = {0};
    for (size_t k = 0; k < steps; k++, a += MR, b += NR) {
      vector b0 = *(const vector *)b, b1 = *(const vector *)(b + LANES);
#pragma GCC unroll 16
      for (int i = 0; i < MR; i++) {
        sum[i][0] += SPREAD(a[i]) * b0;
        sum[i][1] += SPREAD(a[i]) * b1;
      }
    }
    vector rows[MR][2];
#pragma GCC unroll 16
    for (int i = 0; i < MR; i++) rows[i][0] = sum[i][0], rows[i][1] = sum[i][1];
    for (int i = 0; i < MR; i++)
      for (int j = 0; j < NR; j += WIDE_LANES) {
        wide *out = (wide *)(c + (size_t)i * stride + (size_t)j);
        wide value = widen((const element *)rows[i] + j);
        *out = add ? *out + value : value;
      }
    add = 1;
    depth -= steps;
  }
}

/* Panels of MR rows, k by k; rows beyond the matrix are zero. */
static void pack_a(const element *a, size_t stride, size_t rows, size_t depth, element *out) {
  for (size_t i = 0; i < rows; i += MR)
    for (size_t k = 0; k < depth; k++)
      for (size_t r = 0; r < MR; r++) *out++ = i + r < rows ? a[(i + r) * stride + k] : (element)0;
}

static void pack_b(const element *b, size_t stride, size_t depth, size_t columns, element *out) {
  for (size_t j = 0; j < columns; j += NR)
    for (size_t k = 0; k < depth; k++, out += NR) {
      size_t width = columns - j < NR ? columns - j : NR;
      memcpy(out, b + k * stride + j, width * sizeof(element));
      if (width < NR) memset(out + width, 0, (NR - width) * sizeof(element));
    }
}

struct part {
  const struct gemm *g;
  pthread_t thread;
  size_t row, rows, column, columns;
  element *a, *b;
};

static size_t least(size_t x, size_t y) { return x < y ? x : y; }

/* One thread's rectangle of C, with its own packed copies: threads share nothing but the inputs. */
static void multiply_part(const struct part *p) {
  const struct gemm *g = p->g;
  size_t n = g->size;
  const element *a = g->a, *b = g->b;
  float edge[MR * NR] __attribute__((aligned(64)));
  for (size_t k = 0; k < n; k += KC) {
    size_t depth = least(KC, n - k);
    for (size_t j = 0; j < p->columns; j += NC) {
      size_t columns = least(NC, p->columns - j);
      pack_b(b + k * n + p->column + j, n, depth, columns, p->b);
      for (size_t i = 0; i < p->rows; i += MC) {
        size_t rows = least(MC, p->rows - i);
        pack_a(a + (p->row + i) * n + k, n, rows, depth, p->a);
        for (size_t r = 0; r < rows; r += MR)
          for (size_t s = 0; s < columns; s += NR) {
            const element *panel_a = p->a + r * depth, *panel_b = p->b + s * depth;
            float *c = (float *)g->c + (p->row + i + r) * n + p->column + j + s;
            if (rows - r >= MR && columns - s >= NR) {
              tile(depth, panel_a, panel_b, c, n, k > 0);
              continue;
            }
            tile(depth, panel_a, panel_b, edge, NR, 0);
            for (size_t y = 0; y < least(MR, rows - r); y++)
              for (size_t x = 0; x < least(NR, columns - s); x++)
                c[y * n + x] = (k > 0 ? c[y * n + x] : 0) + edge[y * NR + x];
          }
      }
    }
  }
}

static struct part *parts;
static pthread_barrier_t begin, end;
static void (*job)(const struct part *);

static void *work(void *part) {
  for (;;) {
    pthread_barrier_wait(&begin);
    job(part);
    pthread_barrier_wait(&end);
  }
  return NULL;
}

/* The threads live as long as the program; a barrier before and after makes every iteration a whole product. */
static void prepare(const struct gemm *g) {
  int across = 1;
  for (int i = 1; i * i <= g->threads; i++)
    if (g->threads % i == 0) across = i;
  int down = g->threads / across;
  parts = calloc((size_t)g->threads, sizeof *parts);
  if (!parts || pthread_barrier_init(&begin, NULL, (unsigned)g->threads) || pthread_barrier_init(&end, NULL, (unsigned)g->threads))
    gemm_fail("no barrier");
  for (int t = 0; t < g->threads; t++) {
    size_t y = (size_t)(t / across), x = (size_t)(t % across);
    struct part *p = &parts[t];
    p->g = g;
    p->row = y * g->size / (size_t)down, p->rows = (y + 1) * g->size / (size_t)down - p->row;
    p->column = x * g->size / (size_t)across, p->columns = (x + 1) * g->size / (size_t)across - p->column;
    p->a = gemm_memory(MC * KC * sizeof(element)), p->b = gemm_memory(NC * KC * sizeof(element));
    if (t > 0 && pthread_create(&p->thread, NULL, work, p) != 0) gemm_fail("cannot start a thread");
  }
}

static void do_on_all(void (*what)(const struct part *)) {
  job = what;
  pthread_barrier_wait(&begin);
  what(&parts[0]);
  pthread_barrier_wait(&end);
}

static void multiply(const struct gemm *g) {
  (void)g;
  do_on_all(multiply_part);
}

/* The rows that a thread gets of A are among those that it multiplies with. */
static void (*task)(const struct gemm *, int thread);
static void do_task(const struct part *p) { task(p->g, (int)(p - parts)); }
static void each(const struct gemm *g, void (*what)(const struct gemm *, int thread)) {
  (void)g;
  task = what;
  do_on_all(do_task);
}

static void store(void *m, size_t i, double x) { ((element *)m)[i] = (element)x; }
static double load(const void *m, size_t i) { return (double)((const element *)m)[i]; }

int main(int argc, char **argv) {
  struct gemm g = gemm_arguments(argc, argv);
  g.library = "assay";
  g.implementation = ARITHMETIC "-" ISA;
#ifdef ASSAY_FP16
  g.dtype = "fp16", g.accumulate = "fp16-by-32-then-fp32";
  /*
   * Within a block sqrt(BLOCK) u16 in place of BLOCK u16: independent roundings of mean zero (Higham & Mary 2019,
   * SIAM J. Sci. Comput. 41). The worst case would be too wide to notice a lost block.
   */
  g.tolerance = sqrt(BLOCK) * 0x1p-11 + gemm_gamma(ceil((double)g.size / BLOCK), 0x1p-24);
#else
  g.dtype = g.accumulate = "fp32";
  g.tolerance = gemm_gamma((double)g.size, 0x1p-24);
#endif
  g.input_bytes = sizeof(element), g.result_bytes = sizeof(float);
  g.store = store, g.load = load, g.result = gemm_load_float;
  g.prepare = prepare, g.multiply = multiply, g.each = each;
  return gemm_run(&g);
}
