/* Memory of a device: STREAM's triad and copy, and a pattern that follows from the address of each word. OpenCL C 1.2. */
__kernel void triad(__global float4 *a, __global const float4 *b, __global const float4 *c, float q) {
  size_t i = get_global_id(0);
  a[i] = b[i] + q * c[i];
}

__kernel void copy(__global float4 *a, __global const float4 *b) {
  size_t i = get_global_id(0);
  a[i] = b[i];
}

/* The word that belongs to a place: two places that the device takes for one cannot both keep theirs. */
static uint word_of(ulong place, uint seed) {
  uint x = (uint)place * 0x9e3779b1u ^ (uint)(place >> 32) * 0x85ebca6bu ^ seed;
  x ^= x >> 15, x *= 0x2c1b3c6du, x ^= x >> 12;
  return x * 0x297a2d39u ^ seed;
}

/* `first` is the place of the buffer's first word among all that are tested; `invert`: every bit the other way round. */
__kernel void put_pattern(__global uint *words, ulong first, uint seed, uint invert) {
  size_t i = get_global_id(0);
  words[i] = word_of(first + i, seed) ^ (0 - invert);
}

/* Counts words that are not as they were written; the first eight are told by place and differing bits. */
__kernel void check_pattern(__global const uint *words, ulong first, uint seed, uint invert, __global uint *found) {
  size_t i = get_global_id(0);
  uint differs = words[i] ^ word_of(first + i, seed) ^ (0 - invert);
  if (differs != 0) {
    uint n = atomic_inc(found);
    if (n < 8) {
      found[1 + 3 * n] = (uint)(first + i), found[2 + 3 * n] = (uint)((first + i) >> 32), found[3 + 3 * n] = differs;
    }
  }
}
