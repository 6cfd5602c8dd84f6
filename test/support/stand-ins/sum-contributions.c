/*
 * Runs the kernels of collective.cl for many ranks in one process, and adds what they give as an all-reduce would: arguments are
 * `fp32|bf16 RANKS none|lost|doubled|swapped|stale RANK`. Prints how many elements are wrong, and the largest sum.
 */
#include <stdio.h>
#include <string.h>
#include "libcuda-kernels.h"

enum { COUNT = 4096, ITEMS = 256 };
void give_fp32(void), check_fp32(void), give_bf16(void), check_bf16(void);

static int is_half;
static void run(void (*kernel)(void), uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f) {
  struct call call = {.code = (kernel_code *)kernel, .groups = 1, .items = ITEMS, .integers = {a, b, c, d, e, f}};
  run_kernel(&call);
}

static float number_at(const void *vector, size_t i) {
  if (!is_half) return ((const float *)vector)[i];
  uint32_t word = (uint32_t)((const uint16_t *)vector)[i] << 16;
  float number;
  memcpy(&number, &word, sizeof number);
  return number;
}

int main(int argc, char **argv) {
  static float vector[COUNT], sums[COUNT];
  static uint32_t wrong[ITEMS];
  if (argc != 5) return 64;
  is_half = strcmp(argv[1], "bf16") == 0;
  uint64_t ranks = strtoull(argv[2], NULL, 10), culprit = strtoull(argv[4], NULL, 10);
  const char *fault = argv[3];
  for (uint64_t rank = 0; rank < ranks; rank++) {
    int is_it = rank == culprit;
    uint64_t giver = is_it && strcmp(fault, "swapped") == 0 ? (rank + 1) % ranks : rank;
    uint64_t iteration = is_it && strcmp(fault, "stale") == 0 ? 6 : 7;
    run(is_half ? give_bf16 : give_fp32, (uint64_t)(uintptr_t)vector, COUNT, giver, ranks, iteration, ITEMS);
    float times = !is_it ? 1 : strcmp(fault, "lost") == 0 ? 0 : strcmp(fault, "doubled") == 0 ? 2 : 1;
    for (size_t i = 0; i < COUNT; i++) sums[i] += times * number_at(vector, i);
  }
  float most = 0;
  uint64_t all = 0;
  for (size_t i = 0; i < COUNT; i++) {
    if (sums[i] > most) most = sums[i];
    uint32_t word;
    memcpy(&word, &sums[i], sizeof word);
    if (is_half) ((uint16_t *)vector)[i] = (uint16_t)(word >> 16);
    else vector[i] = sums[i];
  }
  run(is_half ? check_bf16 : check_fp32, (uint64_t)(uintptr_t)vector, COUNT, ranks, 7, ITEMS, (uint64_t)(uintptr_t)wrong);
  for (size_t i = 0; i < ITEMS; i++) all += wrong[i];
  printf("%llu %.0f\n", (unsigned long long)all, (double)most);
  return 0;
}
