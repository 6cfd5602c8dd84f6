/*
 * What a way to reach devices gives (opencl.h, cuda.h), and what is known of the one device of this process. Programs call
 * accelerator.h. A call that fails ends the process of the device with its name and its error (device.h).
 */
#ifndef ASSAY_BACK_END_H
#define ASSAY_BACK_END_H

#include <dlfcn.h>
#include "device.h"

typedef struct device_memory *device_buffer;

enum { ARGUMENTS_AT_MOST = 8 };

/* A kernel with its arguments, each a number of at most 8 bytes or a buffer. */
struct device_kernel {
  void *object; /* NULL: the device has no such kernel */
  unsigned count;
  struct { size_t bytes; unsigned char value[8]; } arguments[ARGUMENTS_AT_MOST];
};

struct back_end {
  const char *name;
  /* Opens the device at a PCI address, or the CPU, and loads a file of kernels for it. */
  void (*open)(const char *address, const char *kernels);
  void *(*find_kernel)(const char *name);
  /* NULL: refused, and `device.refusal` says why. */
  device_buffer (*allocate)(size_t bytes);
  void (*release)(device_buffer buffer);
  /* Memory of the host that copies of the device reach without a detour. */
  void *(*pin)(size_t bytes);
  /* `waits` 0: the copy is only put into the queue. */
  void (*write)(device_buffer buffer, size_t offset, const void *from, size_t bytes, int waits);
  void (*read)(device_buffer buffer, size_t offset, void *to, size_t bytes, int waits);
  void (*launch)(struct device_kernel *kernel, size_t items, size_t group);
  void (*finish)(void);
};

static struct {
  char name[256], vendor[128], driver[256], platform[256], library[512], refusal[512];
  const char *kind, *proof;
  uint64_t memory, largest; /* bytes; the largest that one buffer may have */
  int launches;
  double longest_launch;
} device;

/* Opens a library and notes which one it was. */
static inline void *open_library(const char *name) {
  void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (library) snprintf(device.library, sizeof device.library, "%s", name);
  return library;
}

#endif
