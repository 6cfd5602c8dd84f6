/*
 * SHA-256 on a device: of block headers with prepared state, twice, and of long messages. OpenCL C 1.2.
 * FIPS 180-4, section 6.2.2; words are in the machine's byte order.
 */
__constant uint initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

__constant uint constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

#define TURN(x, n) ((x) >> (n) | (x) << (32 - (n)))

static __attribute__((always_inline)) void compress(uint state[8], uint w[16]) {
  uint a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
#pragma unroll 16
  for (int t = 0; t < 64; t++) {
    if (t >= 16) {
      uint before = w[(t + 1) & 15], late = w[(t + 14) & 15];
      w[t & 15] += (TURN(before, 7) ^ TURN(before, 18) ^ before >> 3) + w[(t + 9) & 15] + (TURN(late, 17) ^ TURN(late, 19) ^ late >> 10);
    }
    uint one = h + (TURN(e, 6) ^ TURN(e, 11) ^ TURN(e, 25)) + (g ^ (e & (f ^ g))) + constants[t] + w[t & 15];
    uint two = (TURN(a, 2) ^ TURN(a, 13) ^ TURN(a, 22)) + ((a & b) | (c & (a | b)));
    h = g, g = f, f = e, e = d + one, d = c, c = b, b = a, a = one + two;
  }
  state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

/* SHA-256d of a header: `middle` is the state after its first 64 bytes, `tail` the last three words before the nonce. */
static __attribute__((always_inline)) void hash_header(uint digest[8], const uint middle[8], const uint tail[3], uint nonce) {
  uint w[16] = {tail[0], tail[1], tail[2], nonce, 0x80000000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 640};
  uint first[8];
  for (int i = 0; i < 8; i++) first[i] = middle[i];
  compress(first, w);
  for (int i = 0; i < 8; i++) w[i] = first[i], digest[i] = initial[i];
  w[8] = 0x80000000;
  for (int i = 9; i < 15; i++) w[i] = 0;
  w[15] = 256;
  compress(digest, w);
}

/*
 * Every item hashes `each` headers and folds all words of all their digests: nothing can be left out. The last digest of the first
 * item is told whole, so that a known answer comes from the very code that is timed. `given` = middle, tail.
 */
__kernel void headers(__global const uint *given, uint first_nonce, uint each, __global uint *folded, __global uint *last) {
  uint middle[8], tail[3], digest[8], fold = 0, item = (uint)get_global_id(0);
  for (int i = 0; i < 8; i++) middle[i] = given[i];
  for (int i = 0; i < 3; i++) tail[i] = given[8 + i];
  for (uint n = 0; n < each; n++) {
    hash_header(digest, middle, tail, first_nonce + item * each + n);
    for (int i = 0; i < 8; i++) fold = TURN(fold, 1) ^ digest[i];
  }
  folded[item] = fold;
  if (item == 0)
    for (int i = 0; i < 8; i++) last[i] = digest[i];
}

/*
 * The digest of a message of `blocks` times 64 bytes for every item. Words of one place lie side by side for all `count`
 * messages; the first word of each is changed by `salt`, so that no launch repeats another. Padding is a block of its own.
 */
__kernel void messages(__global const uint *words, uint count, uint blocks, uint salt, __global uint *folded) {
  uint state[8], w[16], fold = 0, item = (uint)get_global_id(0);
  for (int i = 0; i < 8; i++) state[i] = initial[i];
  for (uint block = 0; block <= blocks; block++) {
    if (block < blocks) {
      for (uint i = 0; i < 16; i++) w[i] = words[(block * 16 + i) * (ulong)count + item];
      if (block == 0) w[0] ^= salt;
    } else {
      for (int i = 0; i < 16; i++) w[i] = 0;
      w[0] = 0x80000000;
      w[15] = blocks * 512;
    }
    compress(state, w);
  }
  for (int i = 0; i < 8; i++) fold = TURN(fold, 1) ^ state[i];
  folded[item] = fold;
}
