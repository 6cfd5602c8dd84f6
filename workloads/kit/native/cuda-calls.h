/*
 * Entry points of NVIDIA's driver without its headers and without linking to it. Names have the versions of cuda.h: those without
 * take sizes of 32 bits, and cut longer ones off in silence. Types and numbers are those of CUDA 13.0's cuda.h.
 */
#ifndef ASSAY_CUDA_CALLS_H
#define ASSAY_CUDA_CALLS_H

#include "back-end.h"

typedef struct cuda_object *cuda_handle; /* context, module, function, stream */

#define CUDA_CALLS(X)                                                                                                   \
  X(cuInit, (unsigned))                                                                                                 \
  X(cuDriverGetVersion, (int *))                                                                                        \
  X(cuGetErrorName, (int, const char **))                                                                               \
  X(cuDeviceGetCount, (int *))                                                                                          \
  X(cuDeviceGet, (int *, int))                                                                                          \
  X(cuDeviceGetByPCIBusId, (int *, const char *))                                                                       \
  X(cuDeviceGetPCIBusId, (char *, int, int))                                                                            \
  X(cuDeviceGetName, (char *, int, int))                                                                                \
  X(cuDeviceGetAttribute, (int *, int, int))                                                                            \
  X(cuDeviceTotalMem_v2, (size_t *, int))                                                                               \
  X(cuDevicePrimaryCtxRetain, (cuda_handle *, int))                                                                     \
  X(cuCtxSetCurrent, (cuda_handle))                                                                                     \
  X(cuCtxSynchronize, (void))                                                                                           \
  X(cuModuleLoadDataEx, (cuda_handle *, const void *, unsigned, int *, void **))                                        \
  X(cuModuleGetFunction, (cuda_handle *, cuda_handle, const char *))                                                    \
  X(cuMemAlloc_v2, (uint64_t *, size_t))                                                                                \
  X(cuMemFree_v2, (uint64_t))                                                                                           \
  X(cuMemAllocHost_v2, (void **, size_t))                                                                               \
  X(cuMemcpyHtoD_v2, (uint64_t, const void *, size_t))                                                                  \
  X(cuMemcpyDtoH_v2, (void *, uint64_t, size_t))                                                                        \
  X(cuMemcpyHtoDAsync_v2, (uint64_t, const void *, size_t, cuda_handle))                                                \
  X(cuMemcpyDtoHAsync_v2, (void *, uint64_t, size_t, cuda_handle))                                                      \
  X(cuLaunchKernel, (cuda_handle, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, cuda_handle, void **, void **))

static struct {
#define CUDA_FIELD(name, arguments) int(*name) arguments;
  CUDA_CALLS(CUDA_FIELD)
} cu;

enum { CUDA_INVALID_DEVICE = 101, CUDA_NOT_FOUND = 500 };

/* What an error means to whoever has the machine; the others are told by their name. */
static const char *cuda_meaning(int code) {
  static const struct { int code; const char *meaning; } meanings[] = {
      {2, "the device has no memory left for this"},
      {34, "libcuda.so.1 is the stub of a toolkit, for linking only: put the driver's library before it"},
      {46, "the device is taken: by a process that has it for itself (compute mode), or because the driver has lost it"},
      {100, "the driver shows no device: see whether its kernel module is loaded and /dev/nvidia* may be used here (container, cgroup)"},
      {101, "the driver shows no such device"},
      {209, "the driver makes no code for this device: the device is older than sm_50"},
      {214, "the device's memory gave an error that cannot be corrected: reset the device, then measure again"},
      {218, "the driver refuses the device code"},
      {220, "a link between devices (NVLink) gave an error that cannot be corrected: reset, then measure again"},
      {221, "the driver's compiler, libnvidia-ptxjitcompiler.so.1, is not installed: it is a part of the driver"},
      {222, "the driver is too old for PTX 6.4: it needs CUDA 10.1 (driver 418) or newer"},
      {223, "the environment forbids the translation of PTX (CUDA_DISABLE_PTX_JIT)"},
      {700, "device code reached an address that is not its own: the device or its memory is faulty, or our code"},
      {702, "a launch took longer than the driver allows where a display hangs on the device"},
      {719, "device code failed: the device is faulty, or our code"},
      {800, "the driver does not permit this here"},
      {802, "the system is not ready: its switches (NVSwitch) wait for the fabric manager; start nvidia-fabricmanager"},
      {803, "library and kernel module are of different drivers: reboot after an update, or use the library of the host in a container"},
      {804, "the libraries of a newer driver (cuda-compat) are used on a device that does not allow that"},
      {805, "the MPS daemon does not answer: end it, or unset CUDA_MPS_PIPE_DIRECTORY"},
      {999, "the driver does not know what it was: see the kernel's log for an XID"}};
  for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
    if (meanings[i].code == code) return meanings[i].meaning;
  return NULL;
}

/* An error by name, number and meaning: `CUDA_ERROR_NO_DEVICE (100): the driver shows no device …`. */
static const char *cuda_error(int code) {
  static char text[512];
  const char *name = NULL, *meaning = cuda_meaning(code), *hidden = getenv("CUDA_VISIBLE_DEVICES");
  if (cu.cuGetErrorName(code, &name) != 0 || !name) name = "CUDA error";
  snprintf(text, sizeof text, "%s (%d)%s%s", name, code, meaning ? ": " : "", meaning ? meaning : "");
  size_t used = strlen(text);
  if (hidden && (code == 100 || code == CUDA_INVALID_DEVICE))
    snprintf(text + used, sizeof text - used, "; CUDA_VISIBLE_DEVICES is `%s`, and it shows nothing else", hidden);
  return text;
}

static void cuda_check(int code, const char *call) {
  if (code != 0) device_fail("%s: %s", call, cuda_error(code));
}
#define CUDA(call, ...) cuda_check(cu.call(__VA_ARGS__), #call)

static void cuda_load(void) {
  void *library = open_library("libcuda.so.1");
  if (!library) device_fail("no driver of NVIDIA: %s", dlerror());
#define CUDA_NAME(name, arguments)                      \
  cu.name = (int(*) arguments)dlsym(library, #name);    \
  if (!cu.name) device_fail("libcuda.so.1 lacks %s: the driver is older than CUDA 7, or is none", #name);
  CUDA_CALLS(CUDA_NAME)
}

#endif
