/*
 * Hash rate of an 80-byte block header with prepared state: the first 64 bytes never change between two nonces, so
 * their compression is done once. What is left is one compression per SHA-256 and two per SHA-256d.
 * One chain of hashes per thread, as openssl has: bound by the latency of the rounds, not by their throughput.
 */
#include <pthread.h>
#include "sha256.h"
#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

enum { BATCH = 1024 };

#if defined(__x86_64__)
/* Intel SHA extensions: two rounds per instruction on the state kept as (A,B,E,F) and (C,D,G,H). */
__attribute__((target("sha,sse4.1,ssse3"))) static void compress_sha_ni(uint32_t state[8], const uint32_t words[16]) {
  __m128i low = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xB1);
  __m128i high = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(state + 4)), 0x1B);
  __m128i abef = _mm_alignr_epi8(low, high, 8), cdgh = _mm_blend_epi16(high, low, 0xF0), first = abef, second = cdgh, w[4];
  for (int i = 0; i < 4; i++) w[i] = _mm_loadu_si128((const __m128i *)words + i);
#pragma GCC unroll 16
  for (int i = 0; i < 16; i++) {
    __m128i sum = _mm_add_epi32(w[i & 3], _mm_load_si128((const __m128i *)constants + i));
    cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
    abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0E));
    if (i < 12) {
      __m128i last = w[(i + 3) & 3], middle = _mm_alignr_epi8(last, w[(i + 2) & 3], 4);
      w[i & 3] = _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(w[i & 3], w[(i + 1) & 3]), middle), last);
    }
  }
  abef = _mm_shuffle_epi32(_mm_add_epi32(abef, first), 0x1B);
  cdgh = _mm_shuffle_epi32(_mm_add_epi32(cdgh, second), 0xB1);
  _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(abef, cdgh, 0xF0));
  _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(cdgh, abef, 8));
}

static int has_sha_ni(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSE4_1) || !(c & bit_SSSE3)) return 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & (1u << 29));
}
#endif

typedef void compression(uint32_t state[8], const uint32_t words[16]);

/* Hashes `count` headers from `nonce` on and mixes every word of every digest into `mixed`: nothing can be left out. */
static inline __attribute__((always_inline)) void hash_batch(compression *compress, const uint32_t middle[8], int is_double, uint32_t nonce, uint32_t count, uint32_t mixed[8]) {
  uint32_t tail[16] = {header[16], header[17], header[18], 0, 0x80000000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 640};
  for (uint32_t i = 0; i < count; i++) {
    uint32_t state[8], again[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0x80000000, 0, 0, 0, 0, 0, 0, 256};
    tail[3] = nonce + i;
    memcpy(state, middle, 32);
    compress(state, tail);
    if (is_double) {
      memcpy(again, state, 32);
      memcpy(state, initial, 32);
      compress(state, again);
    }
    for (int k = 0; k < 8; k++) mixed[k] ^= state[k];
  }
}

static void batch_scalar(const uint32_t *m, int d, uint32_t n, uint32_t c, uint32_t *x) { hash_batch(compress_scalar, m, d, n, c, x); }
#if defined(__x86_64__)
__attribute__((target("sha,sse4.1,ssse3"))) static void batch_sha_ni(const uint32_t *m, int d, uint32_t n, uint32_t c, uint32_t *x) {
  hash_batch(compress_sha_ni, m, d, n, c, x);
}
#endif

typedef void batch(const uint32_t *middle, int is_double, uint32_t nonce, uint32_t count, uint32_t *mixed);
static batch *hash = batch_scalar;
static compression *compress = compress_scalar;

struct worker {
  pthread_t thread;
  pthread_barrier_t *begin;
  const uint32_t *middle;
  int is_double, wrong;
  double seconds, started, ended;
  uint32_t first_nonce, mixed[8];
  uint64_t hashes;
};

static void *work(void *argument) {
  struct worker *w = argument;
  uint32_t mixed[8] = {0}, last[8] = {0}, expected[8] = {0}, nonce = w->first_nonce;
  hash(w->middle, w->is_double, nonce, BATCH, mixed); /* warm */
  pthread_barrier_wait(w->begin);
  w->started = assay_now();
  do {
    memset(last, 0, sizeof last);
    hash(w->middle, w->is_double, nonce, BATCH, last);
    for (int k = 0; k < 8; k++) mixed[k] ^= last[k];
    nonce += BATCH;
    w->hashes += BATCH;
    w->ended = assay_now();
  } while (w->ended - w->started < w->seconds);
  hash_batch(compress_scalar, w->middle, w->is_double, nonce - BATCH, BATCH, expected);
  w->wrong = memcmp(last, expected, sizeof last) != 0;
  memcpy(w->mixed, mixed, sizeof mixed);
  return NULL;
}

/* Known answers through the code that is measured: FIPS 180-4 `abc`, and the first block's header, once and twice. */
static int wrong_vectors(const uint32_t middle[8]) {
  static const uint32_t abc_digest[8] = {0xba7816bf, 0x8f01cfea, 0x414140de, 0x5dae2223, 0xb00361a3, 0x96177a9c, 0xb410ff61, 0xf20015ad};
  uint32_t abc[8], single[8] = {0}, twofold[8] = {0}, text[16] = {0x61626380, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 24};
  memcpy(abc, initial, 32);
  compress(abc, text);
  hash(middle, 0, header[19], 1, single);
  hash(middle, 1, header[19], 1, twofold);
  return (memcmp(abc, abc_digest, 32) != 0) + (memcmp(single, header_once, 32) != 0) + (memcmp(twofold, header_twice, 32) != 0);
}

int main(int argc, char **argv) {
  uint64_t count = 0;
  double seconds = 0, started = 0, ended = 0;
  int is_double = argc == 4 && strcmp(argv[1], "double") == 0;
  if (argc != 4 || !assay_count(argv[2], 1, 65536, &count) || !assay_number(argv[3], 1e-3, 86400, &seconds) ||
      (!is_double && strcmp(argv[1], "single") != 0)) {
    fprintf(stderr, "usage: header-hash single|double THREADS SECONDS\n");
    return 64;
  }
  int threads = (int)count;
  const char *implementation = "scalar";
#if defined(__x86_64__)
  if (has_sha_ni()) hash = batch_sha_ni, compress = compress_sha_ni, implementation = "sha-ni";
#endif
  uint32_t middle[8], mixed[8] = {0};
  memcpy(middle, initial, 32);
  compress(middle, header);
  int checked = 3 + threads, wrong = wrong_vectors(middle);

  pthread_barrier_t begin;
  struct worker *workers = calloc((size_t)threads, sizeof *workers);
  if (!workers || pthread_barrier_init(&begin, NULL, (unsigned)threads) != 0) return fprintf(stderr, "out of memory\n"), 1;
  for (int t = 0; t < threads; t++) {
    struct worker *w = &workers[t];
    w->begin = &begin, w->middle = middle, w->is_double = is_double, w->seconds = seconds;
    w->first_nonce = (uint32_t)(UINT32_MAX / (unsigned)threads * (unsigned)t);
    if (pthread_create(&w->thread, NULL, work, w) != 0) return fprintf(stderr, "cannot start thread %d\n", t), 1;
  }
  uint64_t hashes = 0;
  for (int t = 0; t < threads; t++) {
    struct worker *w = &workers[t];
    pthread_join(w->thread, NULL);
    if (t == 0 || w->started < started) started = w->started;
    if (w->ended > ended) ended = w->ended;
    hashes += w->hashes;
    wrong += w->wrong;
    for (int k = 0; k < 8; k++) mixed[k] ^= w->mixed[k];
  }
  char compiler[256];
  printf("{\"implementation\":\"%s\",\"compiler\":%s,\"algorithm\":\"%s\",\"compressionsPerHash\":%d,\"threads\":%d,"
         "\"hashes\":%llu,\"elapsedSeconds\":%.6f,\"checked\":%d,\"wrong\":%d,\"mixed\":\"%08x%08x\"}\n",
         implementation, assay_json(compiler, sizeof compiler, __VERSION__), argv[1], is_double ? 2 : 1, threads, (unsigned long long)hashes, ended - started,
         checked, wrong, mixed[0], mixed[7]);
  return 0;
}
