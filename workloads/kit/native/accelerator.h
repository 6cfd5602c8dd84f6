/*
 * A device for programs: memory, kernels and launches that are timed, through OpenCL or through NVIDIA's driver alone. Which one
 * is an argument of the program.
 */
#ifndef ASSAY_ACCELERATOR_H
#define ASSAY_ACCELERATOR_H

#include "cuda.h"
#include "opencl.h"
#include "warm-up.h"

static const struct back_end *back_end;

/* 0: there is no such way to reach devices. */
static inline int device_back_end(const char *name) {
  static const struct back_end *const all[] = {&opencl_back_end, &cuda_back_end};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (strcmp(all[i]->name, name) == 0) back_end = all[i];
  return back_end != NULL;
}

/* Whether any library of this process is one that only stands in for a driver's in tests: those export this symbol. */
static inline int uses_stand_in(void) {
  char line[4352], path[4096];
  int found = 0;
  FILE *maps = fopen("/proc/self/maps", "r");
  if (!maps) device_fail("cannot read /proc/self/maps, which says what libraries are in use");
  while (!found && fgets(line, sizeof line, maps)) {
    if (sscanf(line, "%*s %*s %*s %*s %*s %4095[^\n]", path) != 1 || !strstr(path, ".so")) continue;
    void *library = dlopen(path, RTLD_NOW | RTLD_NOLOAD);
    if (!library) continue;
    found = dlsym(library, "assay_stand_in") != NULL;
    dlclose(library);
  }
  fclose(maps);
  return found;
}

static inline void device_open(const char *address, const char *kernels) {
  back_end->open(address, kernels);
  device_turn.is_stand_in = uses_stand_in();
}

/* Its `object` is NULL where the device has no such kernel. */
static inline struct device_kernel device_find_kernel(const char *name) {
  return (struct device_kernel){.object = back_end->find_kernel(name)};
}

static inline struct device_kernel device_kernel(const char *name) {
  struct device_kernel kernel = device_find_kernel(name);
  if (!kernel.object) device_fail("there is no kernel %s for the device", name);
  return kernel;
}

static inline void device_argument(struct device_kernel *kernel, unsigned index, size_t bytes, const void *value) {
  if (index >= ARGUMENTS_AT_MOST || bytes > sizeof kernel->arguments->value) abort();
  kernel->arguments[index].bytes = bytes;
  memcpy(kernel->arguments[index].value, value, bytes);
  if (kernel->count <= index) kernel->count = index + 1;
}
#define ARGUMENT(kernel, index, value) device_argument(&(kernel), index, sizeof(value), &(value))

/* A buffer, or NULL where the device has no room for it. */
static inline device_buffer device_ask_memory(size_t bytes) { return back_end->allocate(bytes); }

static inline device_buffer device_memory(size_t bytes, const char *what) {
  device_buffer buffer = back_end->allocate(bytes);
  if (!buffer) device_fail("no %zu bytes of memory for %s: %s", bytes, what, device.refusal);
  return buffer;
}

static inline void device_release(device_buffer buffer) { back_end->release(buffer); }

static inline void *device_pin(size_t bytes) {
  void *pinned = back_end->pin(bytes);
  if (!pinned) device_fail("no %zu bytes of memory for the host's side of a copy: %s", bytes, device.refusal);
  return pinned;
}

static inline void device_write(device_buffer buffer, size_t offset, const void *from, size_t bytes) {
  back_end->write(buffer, offset, from, bytes, 1);
}

static inline void device_read(device_buffer buffer, size_t offset, void *to, size_t bytes) {
  back_end->read(buffer, offset, to, bytes, 1);
}

/* Waits for all that was launched or copied since `began`, which counts as one launch, and returns how many seconds it took. */
static inline double device_await(double began) {
  back_end->finish();
  double took = assay_now() - began;
  if (took > device.longest_launch) device.longest_launch = took;
  device.launches++;
  return took;
}

/* Runs a kernel over `items` work items in groups of `group`, and waits for it. */
static inline double device_run(struct device_kernel *kernel, size_t items, size_t group) {
  double began = assay_now();
  back_end->launch(kernel, items, group);
  return device_await(began);
}

/* A launch is long enough to be timed and short enough for a display's watchdog and for `stop`, which wait half a second at most. */
static const double shortest_launch = 0.05, longest_launch = 0.25;

/*
 * Whether a launch of `items` that took so long is one to be timed; else `items` is what to try next, in steps of `grain` up to
 * `most`, with which any time will do.
 */
static inline int device_is_long(double took, uint32_t *items, uint32_t grain, uint32_t most) {
  if (took > longest_launch && *items >= 2 * grain) {
    *items = *items / 2 / grain * grain;
    return 0;
  }
  if (took >= shortest_launch || *items >= most) return 1;
  uint64_t next = (uint64_t)*items * 2;
  *items = next > most ? most : (uint32_t)next;
  return 0;
}

/* How far a measurement is: launches of the right length, then all devices together, then warm where that was asked for. */
static struct {
  int first, is_ready, is_timed;
  double began;
} timing;

static inline void timing_begin(void) { timing.first = device.launches; }
static inline int timing_goes_on(double seconds) { return !timing.is_timed || assay_now() - timing.began < seconds; }

/* After a launch of `items` that did so much in so long: whether it counts. The first one pays for the compiler. */
static inline int timing_counts(double done, double took, uint32_t *items, uint32_t grain, uint32_t most) {
  if (timing.is_timed) return 1;
  if (timing.is_ready) timing.is_timed = warm_up_is_over(done, took);
  else if (device.launches > timing.first + 1 && device_is_long(took, items, grain, most)) {
    device_ready();
    timing.is_ready = 1, timing.is_timed = !is_to_be_steady;
    if (is_to_be_steady) warm_up_begin();
  }
  if (timing.is_timed) device.longest_launch = 0, timing.began = assay_now();
  return 0;
}

/* The part of a device's object that all programs print alike; the caller goes on after it. */
static inline void device_tell(void) {
  char json[5][600], address[128];
  fprintf(device_turn.out,
          "{\"address\":%s,\"measured\":true,\"standIn\":%s,\"kind\":\"%s\",\"api\":\"%s\",\"provenBy\":\"%s\",\"name\":%s,\"vendor\":%s,"
          "\"driver\":%s,\"platform\":%s,\"library\":%s,\"memoryBytes\":%llu,\"launches\":%d,\"longestLaunchSeconds\":%.6f,",
          assay_json(address, sizeof address, device_turn.address), device_turn.is_stand_in ? "true" : "false", device.kind, back_end->name,
          device.proof, assay_json(json[0], 600, device.name), assay_json(json[1], 600, device.vendor),
          assay_json(json[2], 600, device.driver), assay_json(json[3], 600, device.platform), assay_json(json[4], 600, device.library),
          (unsigned long long)device.memory, device.launches, device.longest_launch);
  if (is_to_be_steady) warm_up_tell();
}

#endif
