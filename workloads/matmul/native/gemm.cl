/*
 * C = A B for square row-major matrices, by the vector units: a group of 256 items makes a tile of 64 x 64 elements, each item
 * 4 x 4 of them. Inputs are floats or halves, C is floats. OpenCL C 1.2; halves are read by core functions, so they need no
 * extension unless they are multiplied as halves.
 */
#define TILE 64
#define DEPTH 16

#define GEMM(name, input, load, number, add)                                                                              \
  __kernel __attribute__((reqd_work_group_size(256, 1, 1))) void name(__global const input *a, __global const input *b,   \
                                                                      __global float *c, uint n, uint first_row) {        \
    __local number left[DEPTH][TILE], right[DEPTH][TILE];                                                                 \
    uint item = (uint)get_local_id(0), tile = (uint)get_group_id(0), across = n / TILE;                                   \
    uint row = first_row + tile / across * TILE, column = tile % across * TILE, y = item / 16 * 4, x = item % 16 * 4;     \
    float sum[4][4];                                                                                                      \
    for (uint i = 0; i < 4; i++)                                                                                          \
      for (uint j = 0; j < 4; j++) sum[i][j] = 0;                                                                         \
    for (uint k = 0; k < n; k += DEPTH) {                                                                                 \
      for (uint e = item; e < TILE * DEPTH; e += 256) {                                                                   \
        left[e % DEPTH][e / DEPTH] = load(a, (ulong)(row + e / DEPTH) * n + k + e % DEPTH);                               \
        right[e / TILE][e % TILE] = load(b, (ulong)(k + e / TILE) * n + column + e % TILE);                               \
      }                                                                                                                   \
      barrier(CLK_LOCAL_MEM_FENCE);                                                                                       \
      number part[4][4];                                                                                                  \
      for (uint i = 0; i < 4; i++)                                                                                        \
        for (uint j = 0; j < 4; j++) part[i][j] = 0;                                                                      \
      for (uint d = 0; d < DEPTH; d++) {                                                                                  \
        number l[4], r[4];                                                                                                \
        for (uint i = 0; i < 4; i++) l[i] = left[d][y + i], r[i] = right[d][x + i];                                       \
        for (uint i = 0; i < 4; i++)                                                                                      \
          for (uint j = 0; j < 4; j++) add                                                                                \
      }                                                                                                                   \
      for (uint i = 0; i < 4; i++)                                                                                        \
        for (uint j = 0; j < 4; j++) sum[i][j] += (float)part[i][j];                                                      \
      barrier(CLK_LOCAL_MEM_FENCE);                                                                                       \
    }                                                                                                                     \
    for (uint i = 0; i < 4; i++)                                                                                          \
      for (uint j = 0; j < 4; j++) c[(ulong)(row + y + i) * n + column + x + j] = sum[i][j];                              \
  }

#define FLOAT_AT(p, i) (p)[i]
#define HALF_AT(p, i) vload_half(i, p)

/* Inputs in FP32, or in FP16; products and sums in FP32. */
GEMM(gemm_fp32, float, FLOAT_AT, float, part[i][j] = fma(l[i], r[j], part[i][j]);)
GEMM(gemm_fp16, half, HALF_AT, float, part[i][j] = fma(l[i], r[j], part[i][j]);)

#ifdef cl_khr_fp16
#pragma OPENCL EXTENSION cl_khr_fp16 : enable
/* Sums of 16 products in FP16, added in FP32. */
GEMM(gemm_half, half, FLOAT_AT, half, part[i][j] = fma(l[i], r[j], part[i][j]);)
#endif

/*
 * For programs that have a vendor's library multiply. Inputs: `each` elements in a word, each one of the 65536 in a table, chosen by
 * its place and a seed (splitmix64), so that the host finds any of them without those before it.
 */
__kernel void gemm_fill(__global uint *to, __global const uint *table, uint words, uint each, ulong seed) {
  uint word = (uint)get_global_id(0), value = 0;
  if (word >= words) return;
  for (uint i = 0; i < each; i++) {
    ulong element = (ulong)word * each + i, z = seed + (element / 4 + 1) * 0x9e3779b97f4a7c15UL;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9UL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebUL;
    value |= table[(z ^ (z >> 31)) >> (element % 4 * 16) & 0xffff] << (i * (32 / each));
  }
  to[word] = value;
}

/* Every bit of a result in 64 for each of `items` items: of two that differ in one word, that item's differ. */
__kernel void gemm_fold(__global const uint *from, __global ulong *folds, uint words, uint items) {
  uint item = (uint)get_global_id(0);
  ulong fold = 0xcbf29ce484222325UL + item;
  for (uint word = item; word < words; word += items) fold = (fold ^ from[word]) * 0x100000001b3UL;
  folds[item] = fold;
}
