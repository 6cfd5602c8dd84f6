/*
 * A device through NVIDIA's driver alone: found by its PCI address, its kernels translated from PTX, its memory, its launches. One
 * queue, the context's own.
 */
#ifndef ASSAY_CUDA_H
#define ASSAY_CUDA_H

#include "cuda-calls.h"

static struct {
  int id;
  cuda_handle module;
} cuda;

enum { CUDA_MAJOR = 75, CUDA_MINOR = 76, CUDA_ERROR_LOG = 5, CUDA_ERROR_LOG_BYTES = 6 };

/* A PCI address as numbers, in whatever case and with however many digits it is written; 0: it is none. */
static int read_place(const char *text, unsigned place[4]) {
  place[3] = 0;
  return sscanf(text, "%x:%x:%x.%x", &place[0], &place[1], &place[2], &place[3]) >= 3;
}

/* Every device that the driver shows, by the addresses that it reports. */
static const char *cuda_devices(void) {
  static char all[1024];
  int count = 0;
  cu.cuDeviceGetCount(&count);
  for (int i = 0; i < count; i++) {
    int id = 0;
    char place[64] = "";
    if (cu.cuDeviceGet(&id, i) != 0 || cu.cuDeviceGetPCIBusId(place, sizeof place, id) != 0) continue;
    size_t used = strlen(all);
    snprintf(all + used, sizeof all - used, "%s%s", used > 0 ? ", " : "", place);
  }
  return all[0] ? all : "none";
}

/* Finds the device at a PCI address, and has it say that address itself: what a driver answers is never taken for proof. */
static void cuda_find(const char *address) {
  char reported[64] = "";
  unsigned asked[4], told[4];
  if (!read_place(address, asked)) device_fail("CUDA reaches accelerators by their PCI address, got %s", address);
  int code = cu.cuDeviceGetByPCIBusId(&cuda.id, address);
  if (code != 0) device_fail("cuDeviceGetByPCIBusId %s: %s; there is %s", address, cuda_error(code), cuda_devices());
  CUDA(cuDeviceGetPCIBusId, reported, sizeof reported, cuda.id);
  if (!read_place(reported, told) || memcmp(asked, told, sizeof asked) != 0)
    device_fail("expected the device at %s, got one that reports %s", address, reported);
  device.kind = "gpu", device.proof = "cuDeviceGetPCIBusId";
}

/* The version of the kernel's part of the driver, where it tells one. */
static void read_driver_version(void) {
  snprintf(device.driver, sizeof device.driver, "unknown");
  FILE *file = fopen("/sys/module/nvidia/version", "r");
  if (!file) return;
  if (fscanf(file, "%63s", device.driver) != 1) snprintf(device.driver, sizeof device.driver, "unknown");
  fclose(file);
}

static void cuda_describe(void) {
  size_t memory = 0;
  int version = 0, major = 0, minor = 0;
  CUDA(cuDeviceGetName, device.name, sizeof device.name, cuda.id);
  CUDA(cuDeviceTotalMem_v2, &memory, cuda.id);
  CUDA(cuDriverGetVersion, &version);
  CUDA(cuDeviceGetAttribute, &major, CUDA_MAJOR, cuda.id);
  CUDA(cuDeviceGetAttribute, &minor, CUDA_MINOR, cuda.id);
  device.memory = device.largest = memory;
  snprintf(device.vendor, sizeof device.vendor, "NVIDIA");
  snprintf(device.platform, sizeof device.platform, "CUDA %d.%d, sm_%d%d", version / 1000, version % 1000 / 10, major, minor);
  read_driver_version();
}

static void cuda_load_module(const char *path) {
  static char code[1 << 20], log[2048];
  int options[] = {CUDA_ERROR_LOG, CUDA_ERROR_LOG_BYTES};
  void *values[] = {log, (void *)(uintptr_t)(sizeof log - 1)};
  FILE *file = fopen(path, "r");
  size_t length = file ? fread(code, 1, sizeof code - 1, file) : 0;
  if (file) fclose(file);
  if (length == 0 || length == sizeof code - 1) device_fail("cannot read %s, or it has more than %zu bytes", path, sizeof code - 2);
  int failed = cu.cuModuleLoadDataEx(&cuda.module, code, 2, options, values);
  if (failed) device_fail("cuModuleLoadDataEx: %s%s%s", cuda_error(failed), log[0] ? "; " : "", log);
}

static void cuda_open(const char *address, const char *kernels) {
  cuda_handle context = NULL;
  cuda_load();
  CUDA(cuInit, 0);
  cuda_find(address);
  cuda_describe();
  CUDA(cuDevicePrimaryCtxRetain, &context, cuda.id);
  CUDA(cuCtxSetCurrent, context);
  cuda_load_module(kernels);
}

static void *cuda_find_kernel(const char *name) {
  cuda_handle kernel = NULL;
  int code = cu.cuModuleGetFunction(&kernel, cuda.module, name);
  if (code != 0 && code != CUDA_NOT_FOUND) device_fail("cuModuleGetFunction %s: %s", name, cuda_error(code));
  return code == 0 ? kernel : NULL;
}

static int cuda_is_refused(int code) {
  if (code != 0) snprintf(device.refusal, sizeof device.refusal, "%s", cuda_error(code));
  return code != 0;
}

static device_buffer cuda_allocate(size_t bytes) {
  uint64_t at = 0;
  return cuda_is_refused(cu.cuMemAlloc_v2(&at, bytes)) ? NULL : (device_buffer)at;
}

static void cuda_release(device_buffer buffer) { CUDA(cuMemFree_v2, (uint64_t)buffer); }

static void *cuda_pin(size_t bytes) {
  void *pinned = NULL;
  return cuda_is_refused(cu.cuMemAllocHost_v2(&pinned, bytes)) ? NULL : pinned;
}

static void cuda_write(device_buffer buffer, size_t offset, const void *from, size_t bytes, int waits) {
  if (waits) CUDA(cuMemcpyHtoD_v2, (uint64_t)buffer + offset, from, bytes);
  else CUDA(cuMemcpyHtoDAsync_v2, (uint64_t)buffer + offset, from, bytes, NULL);
}

static void cuda_read(device_buffer buffer, size_t offset, void *to, size_t bytes, int waits) {
  if (waits) CUDA(cuMemcpyDtoH_v2, to, (uint64_t)buffer + offset, bytes);
  else CUDA(cuMemcpyDtoHAsync_v2, to, (uint64_t)buffer + offset, bytes, NULL);
}

static void cuda_launch(struct device_kernel *kernel, size_t items, size_t group) {
  void *arguments[ARGUMENTS_AT_MOST];
  for (unsigned i = 0; i < kernel->count; i++) arguments[i] = kernel->arguments[i].value;
  CUDA(cuLaunchKernel, kernel->object, (unsigned)(items / group), 1, 1, (unsigned)group, 1, 1, 0, NULL, arguments, NULL);
}

static void cuda_finish(void) { CUDA(cuCtxSynchronize, ); }

static const struct back_end cuda_back_end = {"cuda",   cuda_open,  cuda_find_kernel, cuda_allocate, cuda_release, cuda_pin,
                                              cuda_write, cuda_read, cuda_launch,      cuda_finish};

#endif
