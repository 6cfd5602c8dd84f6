/* SHA-256 on the host, and what is known: the header of Bitcoin's first block and its digests. */
#ifndef ASSAY_SHA256_H
#define ASSAY_SHA256_H

#include "../../kit/native/assay.h"

static const uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

static const uint32_t constants[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static inline uint32_t turn(uint32_t x, int n) { return x >> n | x << (32 - n); }

/* FIPS 180-4, section 6.2.2, on sixteen words that are already in the machine's byte order. */
static void compress_scalar(uint32_t state[8], const uint32_t words[16]) {
  uint32_t w[64], s[8];
  memcpy(w, words, 64);
  memcpy(s, state, 32);
  for (int t = 16; t < 64; t++)
    w[t] = w[t - 16] + w[t - 7] + (turn(w[t - 15], 7) ^ turn(w[t - 15], 18) ^ w[t - 15] >> 3) +
           (turn(w[t - 2], 17) ^ turn(w[t - 2], 19) ^ w[t - 2] >> 10);
#pragma GCC unroll 64
  for (int t = 0; t < 64; t++) { /* variable number i of the standard (a to h) is s[(i - t) & 7] in round t */
#define VARIABLE(i) s[((i) - t) & 7]
    uint32_t e = VARIABLE(4), a = VARIABLE(0);
    uint32_t one = VARIABLE(7) + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & VARIABLE(5)) ^ (~e & VARIABLE(6))) + constants[t] + w[t];
    uint32_t two = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & VARIABLE(1)) ^ (a & VARIABLE(2)) ^ (VARIABLE(1) & VARIABLE(2)));
    VARIABLE(3) += one;
    VARIABLE(7) = one + two;
  }
  for (int i = 0; i < 8; i++) state[i] += s[i];
}

/* The header of Bitcoin's first block, as words; its last word is the nonce. */
static const uint32_t header[20] = {
    0x01000000, 0, 0, 0, 0, 0, 0, 0, 0, 0x3ba3edfd, 0x7a7b12b2, 0x7ac72c3e, 0x67768f61, 0x7fc81bc3, 0x888a5132, 0x3a9fb8aa,
    0x4b1e5e4a, 0x29ab5f49, 0xffff001d, 0x1dac2b7c};

/* Its digest by SHA-256 once, and twice, which is the block's own. */
static const uint32_t header_once[8] = {0xaf42031e, 0x805ff493, 0xa07341e2, 0xf74ff581, 0x49d22ab9, 0xba19f613, 0x43e2c86c, 0x71c5d66d};
static const uint32_t header_twice[8] = {0x6fe28c0a, 0xb6f1b372, 0xc1a6a246, 0xae63f74f, 0x931e8365, 0xe15a089c, 0x68d61900, 0x00000000};

#endif
