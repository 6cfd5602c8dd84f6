/*
 * Plays GPUs for tests: an OpenCL loader whose devices are PoCL's CPU under other names, with the faults of a scenario
 * (scenario.h). They compute, so what is right is right. Built as libOpenCL.so.1; exports `assay_stand_in`, by which it is known.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include "scenario.h"

typedef void *handle;
int assay_stand_in = 1;

static struct gpu *current; /* a process measures one device */
static int at, is_flipped;
static handle large; /* its first large buffer, in which a bit is flipped */
static void **table;
static handle pocl_platform, pocl_device;

__attribute__((constructor)) static void start(void) {
  void *library = dlopen("libpocl.so.2", RTLD_NOW | RTLD_LOCAL);
  void *(*address)(const char *) = library ? (void *(*)(const char *))dlsym(library, "clGetExtensionFunctionAddress") : NULL;
  int32_t (*platforms)(uint32_t, handle *, uint32_t *) = address ? (int32_t(*)(uint32_t, handle *, uint32_t *))address("clIcdGetPlatformIDsKHR") : NULL;
  read_scenario();
  if (!platforms || platforms(1, &pocl_platform, NULL) != 0) reject("no PoCL", "");
  table = *(void ***)pocl_platform;
  int32_t (*ids)(handle, uint64_t, uint32_t, handle *, uint32_t *) = (int32_t(*)(handle, uint64_t, uint32_t, handle *, uint32_t *))table[2];
  if (ids(pocl_platform, 2, 1, &pocl_device, NULL) != 0) reject("PoCL has no device", "");
}

static handle real(handle device) {
  current = device, at = (int)(current - scenario.gpus);
  return pocl_device;
}
static int is_gone(void) { return current && happened[at].is_lost; }
#define CALL(type, place, arguments) ((type(*) arguments)table[place])

int32_t clGetPlatformIDs(uint32_t n, handle *out, uint32_t *total) {
  if (total) *total = (uint32_t)scenario.has_platform;
  if (out && n > 0) out[0] = pocl_platform;
  return scenario.has_platform ? 0 : -1001;
}
int32_t clGetPlatformInfo(handle p, uint32_t what, size_t n, void *out, size_t *size) {
  return CALL(int32_t, 1, (handle, uint32_t, size_t, void *, size_t *))(p, what, n, out, size);
}
int32_t clGetDeviceIDs(handle p, uint64_t type, uint32_t n, handle *out, uint32_t *total) {
  (void)p, (void)type;
  uint32_t there = 0;
  for (int i = 0; i < scenario.count; i++) {
    if (scenario.gpus[i].is_absent) continue;
    if (out && there < n) out[there] = &scenario.gpus[i];
    there++;
  }
  if (total) *total = there;
  return there > 0 ? 0 : -1;
}
static int32_t give(const void *value, size_t bytes, size_t n, void *out, size_t *size) {
  if (size) *size = bytes;
  if (out && n < bytes) return -30;
  if (out) memcpy(out, value, bytes);
  return 0;
}
int32_t clGetDeviceInfo(handle d, uint32_t what, size_t n, void *out, size_t *size) {
  struct gpu *device = d;
  uint64_t type = 4;
  if (what == 0x1000) return give(&type, sizeof type, n, out, size);
  if (what == 0x102B) return give("Played GPU", 11, n, out, size);
  if (what == 0x102C) return give("Stand-in", 9, n, out, size);
  if (what == 0x101F && device->memory) return give(&device->memory, sizeof device->memory, n, out, size);
  if (what == 0x410F) {
    uint32_t place[4];
    if (sscanf(device->address, "%x:%x:%x.%x", &place[0], &place[1], &place[2], &place[3]) != 4) return -30;
    return give(place, sizeof place, n, out, size);
  }
  if (what == 0x4008 || what == 0x4009 || what == 0x4037) return -30;
  return CALL(int32_t, 3, (handle, uint32_t, size_t, void *, size_t *))(pocl_device, what, n, out, size);
}
handle clCreateContext(const intptr_t *p, uint32_t n, const handle *d, void *f, void *u, int32_t *code) {
  handle own = real(d[0]);
  return CALL(handle, 4, (const intptr_t *, uint32_t, const handle *, void *, void *, int32_t *))(p, n, &own, f, u, code);
}
handle clCreateCommandQueue(handle c, handle d, uint64_t flags, int32_t *code) {
  return CALL(handle, 9, (handle, handle, uint64_t, int32_t *))(c, real(d), flags, code);
}
handle clCreateBuffer(handle c, uint64_t flags, size_t bytes, void *host, int32_t *code) {
  handle buffer = CALL(handle, 14, (handle, uint64_t, size_t, void *, int32_t *))(c, flags, bytes, host, code);
  if (bytes >= 1 << 20 && current && !large) large = buffer;
  return buffer;
}
int32_t clReleaseMemObject(handle b) { return CALL(int32_t, 18, (handle))(b); }
handle clCreateProgramWithSource(handle c, uint32_t n, const char **text, const size_t *length, int32_t *code) {
  return CALL(handle, 26, (handle, uint32_t, const char **, const size_t *, int32_t *))(c, n, text, length, code);
}
int32_t clBuildProgram(handle p, uint32_t n, const handle *d, const char *options, void *f, void *u) {
  handle own = real(d[0]);
  return CALL(int32_t, 30, (handle, uint32_t, const handle *, const char *, void *, void *))(p, n, &own, options, f, u);
}
int32_t clGetProgramBuildInfo(handle p, handle d, uint32_t what, size_t n, void *out, size_t *size) {
  return CALL(int32_t, 33, (handle, handle, uint32_t, size_t, void *, size_t *))(p, real(d), what, n, out, size);
}
handle clCreateKernel(handle p, const char *name, int32_t *code) { return CALL(handle, 34, (handle, const char *, int32_t *))(p, name, code); }
int32_t clSetKernelArg(handle k, uint32_t i, size_t n, const void *v) { return CALL(int32_t, 38, (handle, uint32_t, size_t, const void *))(k, i, n, v); }
int32_t clFinish(handle q) { return is_gone() ? -5 : CALL(int32_t, 47, (handle))(q); }
int32_t clEnqueueReadBuffer(handle q, handle b, uint32_t block, size_t at, size_t n, void *out, uint32_t w, const handle *l, handle *e) {
  if (is_gone()) return -5;
  int32_t code = CALL(int32_t, 48, (handle, handle, uint32_t, size_t, size_t, void *, uint32_t, const handle *, handle *))(q, b, block, at, n, out, w, l, e);
  if (current->is_wrong && n <= 32) *(unsigned char *)out ^= 1;
  return code;
}
int32_t clEnqueueWriteBuffer(handle q, handle b, uint32_t block, size_t at, size_t n, const void *in, uint32_t w, const handle *l, handle *e) {
  if (is_gone()) return -5;
  return CALL(int32_t, 49, (handle, handle, uint32_t, size_t, size_t, const void *, uint32_t, const handle *, handle *))(q, b, block, at, n, in, w, l, e);
}
void *clEnqueueMapBuffer(handle q, handle b, uint32_t block, uint64_t flags, size_t at, size_t n, uint32_t w, const handle *l, handle *e, int32_t *code) {
  return CALL(void *, 56, (handle, handle, uint32_t, uint64_t, size_t, size_t, uint32_t, const handle *, handle *, int32_t *))(q, b, block, flags, at, n, w, l, e, code);
}
int32_t clEnqueueNDRangeKernel(handle q, handle k, uint32_t dims, const size_t *o, const size_t *g, const size_t *l, uint32_t w, const handle *list, handle *e) {
  if (!launch_on(at)) return -5;
  int32_t code = CALL(int32_t, 59, (handle, handle, uint32_t, const size_t *, const size_t *, const size_t *, uint32_t, const handle *, handle *))(q, k, dims, o, g, l, w, list, e);
  if (happened[at].launches == current->flip && large && !is_flipped) {
    size_t offset = current->flip_offset;
    is_flipped = 1;
    unsigned char byte = 0;
    CALL(int32_t, 47, (handle))(q);
    CALL(int32_t, 48, (handle, handle, uint32_t, size_t, size_t, void *, uint32_t, const handle *, handle *))(q, large, 1, offset, 1, &byte, 0, NULL, NULL);
    byte ^= 4;
    CALL(int32_t, 49, (handle, handle, uint32_t, size_t, size_t, const void *, uint32_t, const handle *, handle *))(q, large, 1, offset, 1, &byte, 0, NULL, NULL);
  }
  return code;
}
