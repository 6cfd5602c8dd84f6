/*
 * Vectors of an all-reduce: what each rank gives, and whether a result is the sum. Of each element at most 96 ranks give 1 or 2, all
 * others 0; who begins and who gives 2 follows from element and iteration. So a sum is at most 192, which eight bits of a bfloat16
 * hold exactly in any order, and a rank that is lost, counted twice or taken for another one shows. OpenCL C 1.2.
 */
#define GIVERS 96

static uint hash(ulong element, uint iteration, uint salt) {
  uint x = (uint)element * 0x9e3779b1u ^ (uint)(element >> 32) * 0x85ebca6bu ^ (iteration * 8 + salt) * 0xc2b2ae35u;
  x ^= x >> 15, x *= 0x2c1b3c6du, x ^= x >> 12, x *= 0x297a2d39u;
  return x ^ x >> 15;
}

/* One bit for each of 32 givers: whether it gives 2. */
static uint twos(ulong element, uint iteration, uint word) { return hash(element, iteration, 1 + word); }

static uint given(ulong element, uint iteration, uint rank, uint ranks) {
  uint place = (rank + ranks - hash(element, iteration, 0) % ranks) % ranks;
  return place < GIVERS ? 1 + (twos(element, iteration, place / 32) >> place % 32 & 1) : 0;
}

static uint ones_in(uint x) {
  x -= x >> 1 & 0x55555555u, x = (x & 0x33333333u) + (x >> 2 & 0x33333333u), x = (x + (x >> 4)) & 0x0f0f0f0fu;
  return x * 0x01010101u >> 24;
}

static uint sum_of(ulong element, uint iteration, uint ranks) {
  uint givers = ranks < GIVERS ? ranks : GIVERS, sum = givers;
  for (uint word = 0; word * 32 < givers; word++) {
    uint left = givers - word * 32;
    sum += ones_in(twos(element, iteration, word) & (left < 32 ? (1u << left) - 1 : ~0u));
  }
  return sum;
}

#define FP32(value) ((float)(value))
#define BF16(value) ((ushort)(as_uint((float)(value)) >> 16))

/* Each of `items` items has every `items`-th element, and a place of its own to count what is wrong. */
#define VECTOR(name, number, written)                                                                                                  \
  __kernel void give_##name(__global number *out, ulong count, uint rank, uint ranks, uint iteration, uint items) {                    \
    for (ulong i = get_global_id(0); i < count; i += items) out[i] = written(given(i, iteration, rank, ranks));                        \
  }                                                                                                                                    \
  __kernel void check_##name(__global const number *sums, ulong count, uint ranks, uint iteration, uint items, __global uint *wrong) { \
    uint found = 0;                                                                                                                    \
    for (ulong i = get_global_id(0); i < count; i += items) found += sums[i] == written(sum_of(i, iteration, ranks)) ? 0 : 1;          \
    wrong[get_global_id(0)] = found;                                                                                                   \
  }

VECTOR(fp32, float, FP32)
VECTOR(bf16, ushort, BF16)
