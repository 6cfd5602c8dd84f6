/*
 * Kernels of OpenCL C on a CPU: the functions that they call, under the names that clang gives these. Items run one after the
 * other; where there are barriers those of a group are coroutines, which take turns at each.
 */
#ifndef LIBCUDA_KERNELS_H
#define LIBCUDA_KERNELS_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <strings.h>
#include <ucontext.h>

enum { INTEGERS = 6, ITEMS_AT_MOST = 1024, STACK = 1 << 16 };

typedef void kernel_code(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, float);

struct call {
  kernel_code *code;
  unsigned groups, items;
  uint64_t integers[INTEGERS];
  float real;
  int has_barriers;
};

static struct {
  const struct call *call;
  size_t group, item;
  int has_ended[ITEMS_AT_MOST];
  ucontext_t scheduler, items[ITEMS_AT_MOST];
  char *stacks;
} now;

size_t global_id(unsigned) __asm__("_Z13get_global_idj");
size_t local_id(unsigned) __asm__("_Z12get_local_idj");
size_t group_id(unsigned) __asm__("_Z12get_group_idj");
void barrier(unsigned) __asm__("_Z7barrierj");
unsigned atomic_increment(volatile unsigned *) __asm__("_Z10atomic_incPU8CLglobalVj");
float fused(float, float, float) __asm__("_Z3fmafff");
float half_at(size_t, const uint16_t *) __asm__("_Z10vload_halfmPU8CLglobalKDh");

size_t global_id(unsigned dimension) { return dimension ? 0 : now.group * now.call->items + now.item; }
size_t local_id(unsigned dimension) { return dimension ? 0 : now.item; }
size_t group_id(unsigned dimension) { return dimension ? 0 : now.group; }
unsigned atomic_increment(volatile unsigned *at) { return (*at)++; }
float fused(float a, float b, float c) { return fmaf(a, b, c); }
float half_at(size_t index, const uint16_t *from) {
  uint16_t half = from[index];
  int exponent = half >> 10 & 31;
  float magnitude = exponent ? ldexpf((float)((half & 1023) | 1024), exponent - 25) : ldexpf((float)(half & 1023), -24);
  return half & 0x8000 ? -magnitude : magnitude;
}
void barrier(unsigned flags) {
  (void)flags;
  swapcontext(&now.items[now.item], &now.scheduler);
}

static void run_item(void) {
  const struct call *c = now.call;
  const uint64_t *i = c->integers;
  size_t item = now.item;
  c->code(i[0], i[1], i[2], i[3], i[4], i[5], c->real);
  now.has_ended[item] = 1;
}

static void run_in_turns(size_t items) {
  for (size_t i = 0; i < items; i++) {
    getcontext(&now.items[i]);
    now.items[i].uc_stack.ss_sp = now.stacks + i * STACK, now.items[i].uc_stack.ss_size = STACK;
    now.items[i].uc_link = &now.scheduler;
    now.has_ended[i] = 0;
    makecontext(&now.items[i], run_item, 0);
  }
  for (size_t running = items; running > 0;)
    for (size_t i = 0; i < items; i++) {
      if (now.has_ended[i]) continue;
      now.item = i;
      swapcontext(&now.scheduler, &now.items[i]);
      running -= (size_t)now.has_ended[i];
    }
}

static void run_kernel(const struct call *call) {
  if (call->items > ITEMS_AT_MOST) abort();
  if (!now.stacks) now.stacks = malloc((size_t)ITEMS_AT_MOST * STACK);
  now.call = call;
  for (now.group = 0; now.group < call->groups; now.group++) {
    if (call->has_barriers) run_in_turns(call->items);
    else
      for (now.item = 0; now.item < call->items; now.item++) run_item();
  }
}

#endif
