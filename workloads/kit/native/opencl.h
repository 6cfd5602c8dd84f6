/*
 * A device through OpenCL: found by its PCI address, its kernels built from their source, its memory, its launches. Numbers are
 * those of the Khronos registry (CL/cl.h, CL/cl_ext.h).
 */
#ifndef ASSAY_OPENCL_H
#define ASSAY_OPENCL_H

#include <dirent.h>
#include "opencl-calls.h"

static struct {
  cl_handle platform, id, context, queue, program;
} opencl;

enum {
  CL_PLATFORM_NAME = 0x0902, CL_PLATFORM_VERSION = 0x0901, CL_DEVICE_TYPE = 0x1000, CL_DEVICE_MAX_MEM_ALLOC_SIZE = 0x1010,
  CL_DEVICE_GLOBAL_MEM_SIZE = 0x101F, CL_DEVICE_NAME = 0x102B, CL_DEVICE_VENDOR = 0x102C, CL_DRIVER_VERSION = 0x102D,
 CL_PROGRAM_BUILD_LOG = 0x1183, CL_DEVICE_PCI_BUS_INFO_KHR = 0x410F,
  CL_DEVICE_PCI_BUS_ID_NV = 0x4008, CL_DEVICE_PCI_SLOT_ID_NV = 0x4009, CL_DEVICE_PCI_DOMAIN_ID_NV = 0x400A, CL_DEVICE_TOPOLOGY_AMD = 0x4037,
  CL_DEVICE_TYPE_CPU = 2, CL_DEVICE_TYPE_GPU = 4, CL_DEVICE_TYPE_ANY = 14, CL_MEM_READ_WRITE = 1, CL_MEM_ALLOC_HOST_PTR = 16,
  CL_MAP_READ_WRITE = 3, CL_INVALID_KERNEL_NAME = -46
};

static const char *text_of(cl_handle id, uint32_t what, char *out, size_t room) {
  size_t got = 0;
  if (cl.GetDeviceInfo(id, what, room - 1, out, &got) != 0) got = 0;
  out[got < room ? got : room - 1] = 0;
  return out;
}

/* The one device of the machine with this place on its bus, in whatever domain; 0: there is none, or there are several. */
static int find_on_buses(const uint32_t place[4], char *out, size_t room) {
  char wanted[16];
  int found = 0;
  snprintf(wanted, sizeof wanted, ":%02x:%02x.%x", place[1] & 255, place[2] & 31, place[3] & 7);
  DIR *all = opendir("/sys/bus/pci/devices");
  for (struct dirent *entry; all && (entry = readdir(all));) {
    size_t length = strlen(entry->d_name);
    if (length < 12 || strcmp(entry->d_name + length - 8, wanted) != 0) continue;
    snprintf(out, room, "%s", entry->d_name);
    found++;
  }
  if (all) closedir(all);
  return found == 1;
}

/*
 * The PCI address that a device itself reports, `0000:3b:00.0`, and by which extension; 0: it reports none. Some drivers tell
 * no domain: where two domains have that place, it is none either.
 */
static int address_of(cl_handle id, char *out, size_t room, const char **proof) {
  uint32_t place[4] = {0};
  unsigned char topology[24] = {0};
  int has_domain = 1;
  if (cl.GetDeviceInfo(id, CL_DEVICE_PCI_BUS_INFO_KHR, sizeof place, place, NULL) == 0) *proof = "cl_khr_pci_bus_info";
  else if (cl.GetDeviceInfo(id, CL_DEVICE_PCI_BUS_ID_NV, 4, &place[1], NULL) == 0 &&
           cl.GetDeviceInfo(id, CL_DEVICE_PCI_SLOT_ID_NV, 4, &place[2], NULL) == 0) {
    *proof = "cl_nv_device_attribute_query";
    place[3] = place[2] & 7, place[2] >>= 3;
    has_domain = cl.GetDeviceInfo(id, CL_DEVICE_PCI_DOMAIN_ID_NV, 4, &place[0], NULL) == 0;
  } else if (cl.GetDeviceInfo(id, CL_DEVICE_TOPOLOGY_AMD, sizeof topology, topology, NULL) == 0) {
    *proof = "cl_amd_device_attribute_query"; /* a type, 17 bytes without a meaning, bus, device, function */
    place[1] = topology[21], place[2] = topology[22], place[3] = topology[23];
    has_domain = 0;
  } else return 0;
  if (!has_domain) return find_on_buses(place, out, room);
  snprintf(out, room, "%04x:%02x:%02x.%x", place[0], place[1] & 255, place[2] & 31, place[3] & 7);
  return 1;
}

/* Finds the GPU at a PCI address, or with `cpu` the first device that is a CPU: what a machine has is never taken for another. */
static int opencl_find(const char *address, char *others, size_t room) {
  cl_handle platforms[16], ids[64];
  uint32_t platform_count = 0;
  int is_cpu = strcmp(address, "cpu") == 0;
  if (cl.GetPlatformIDs(16, platforms, &platform_count) != 0) return 0;
  for (uint32_t p = 0; p < platform_count && p < 16; p++) {
    uint32_t count = 0;
    if (cl.GetDeviceIDs(platforms[p], CL_DEVICE_TYPE_ANY, 64, ids, &count) != 0) continue;
    for (uint32_t i = 0; i < count && i < 64; i++) {
      char found[64] = "", name[256];
      const char *proof = "type";
      uint64_t type = 0;
      cl.GetDeviceInfo(ids[i], CL_DEVICE_TYPE, sizeof type, &type, NULL);
      int is_gpu = (type & CL_DEVICE_TYPE_GPU) != 0, has_address = is_gpu && address_of(ids[i], found, sizeof found, &proof);
      if (is_cpu ? (type & CL_DEVICE_TYPE_CPU) != 0 : has_address && strcmp(found, address) == 0) {
        opencl.platform = platforms[p], opencl.id = ids[i], device.kind = is_cpu ? "cpu" : "gpu", device.proof = proof;
        return 1;
      }
      size_t used = strlen(others);
      snprintf(others + used, room - used, "%s%s, %s", used > 0 ? "; " : "", text_of(ids[i], CL_DEVICE_NAME, name, sizeof name),
               !is_gpu ? "no GPU" : has_address ? found : "without a PCI address of its own");
    }
  }
  return 0;
}

/* Looks for the device wherever OpenCL comes from; what is there instead is told as the first of them tells it. */
static void opencl_reach(const char *address) {
  char others[1024] = "", ignored[1024] = "";
  for (int source = 0; source < OPENCL_SOURCES; source++)
    if (opencl_load(source) && opencl_find(address, others[0] ? ignored : others, sizeof others)) return;
  if (!device.library[0])
    device_fail("no OpenCL: there is no libOpenCL.so.1, libnvidia-opencl.so.1, libamdocl64.so, libigdrcl.so or libpocl.so.2; they come with "
                "the driver of the accelerator");
  device_fail("no OpenCL device is %s; there is %s", strcmp(address, "cpu") == 0 ? "a CPU" : "a GPU at this address", others[0] ? others : "none");
}

/* Opens the device and builds the kernels of a source file for it. */
static void opencl_open(const char *address, const char *source_path) {
  static char source[1 << 18];
  const char *pieces[] = {source};
  int32_t code = 0;
  opencl_reach(address);
  text_of(opencl.id, CL_DEVICE_NAME, device.name, sizeof device.name);
  text_of(opencl.id, CL_DEVICE_VENDOR, device.vendor, sizeof device.vendor);
  text_of(opencl.id, CL_DRIVER_VERSION, device.driver, sizeof device.driver);
  if (cl.GetPlatformInfo(opencl.platform, CL_PLATFORM_VERSION, sizeof device.platform - 1, device.platform, NULL) != 0) device.platform[0] = 0;
  CL(GetDeviceInfo, opencl.id, CL_DEVICE_GLOBAL_MEM_SIZE, sizeof device.memory, &device.memory, NULL);
  CL(GetDeviceInfo, opencl.id, CL_DEVICE_MAX_MEM_ALLOC_SIZE, sizeof device.largest, &device.largest, NULL);
  opencl.context = cl.CreateContext(NULL, 1, &opencl.id, NULL, NULL, &code);
  opencl_check(code, "clCreateContext");
  opencl.queue = cl.CreateCommandQueue(opencl.context, opencl.id, 0, &code);
  opencl_check(code, "clCreateCommandQueue");
  FILE *file = fopen(source_path, "r");
  size_t length = file ? fread(source, 1, sizeof source - 1, file) : 0;
  if (file) fclose(file);
  if (length == 0) device_fail("cannot read %s", source_path);
  opencl.program = cl.CreateProgramWithSource(opencl.context, 1, pieces, &length, &code);
  opencl_check(code, "clCreateProgramWithSource");
  code = cl.BuildProgram(opencl.program, 1, &opencl.id, "-cl-std=CL1.2", NULL, NULL);
  if (code != 0) {
    size_t length = 0; /* a buffer that is too small gets nothing */
    cl.GetProgramBuildInfo(opencl.program, opencl.id, CL_PROGRAM_BUILD_LOG, 0, NULL, &length);
    char *log = calloc(1, length + 1);
    if (log) cl.GetProgramBuildInfo(opencl.program, opencl.id, CL_PROGRAM_BUILD_LOG, length, log, NULL);
    device_fail("clBuildProgram: %s (%d): %.3000s", opencl_error(code), code, log ? log : "");
  }
}

static void *opencl_find_kernel(const char *name) {
  int32_t code = 0;
  cl_handle kernel = cl.CreateKernel(opencl.program, name, &code);
  if (code != 0 && code != CL_INVALID_KERNEL_NAME) device_fail("clCreateKernel %s: %s (%d)", name, opencl_error(code), code);
  return code == 0 ? kernel : NULL;
}

/* A buffer with memory: the driver may refuse it only when it is first used, so it is used here. */
static cl_handle opencl_take(size_t bytes, uint64_t flags) {
  uint32_t zero = 0;
  int32_t code = 0;
  cl_handle buffer = cl.CreateBuffer(opencl.context, CL_MEM_READ_WRITE | flags, bytes, NULL, &code);
  if (code == 0) code = cl.EnqueueWriteBuffer(opencl.queue, buffer, 1, bytes - sizeof zero, sizeof zero, &zero, 0, NULL, NULL);
  if (code != 0 && buffer) cl.ReleaseMemObject(buffer);
  if (code != 0) snprintf(device.refusal, sizeof device.refusal, "%s (%d)", opencl_error(code), code);
  return code == 0 ? buffer : NULL;
}

static device_buffer opencl_allocate(size_t bytes) { return (device_buffer)opencl_take(bytes, 0); }
static void opencl_release(device_buffer buffer) { CL(ReleaseMemObject, (cl_handle)buffer); }

static void *opencl_pin(size_t bytes) {
  int32_t code = 0;
  cl_handle host = opencl_take(bytes, CL_MEM_ALLOC_HOST_PTR);
  if (!host) return NULL;
  void *pinned = cl.EnqueueMapBuffer(opencl.queue, host, 1, CL_MAP_READ_WRITE, 0, bytes, 0, NULL, NULL, &code);
  opencl_check(code, "clEnqueueMapBuffer");
  return pinned;
}

static void opencl_write(device_buffer buffer, size_t offset, const void *from, size_t bytes, int waits) {
  CL(EnqueueWriteBuffer, opencl.queue, (cl_handle)buffer, (uint32_t)waits, offset, bytes, from, 0, NULL, NULL);
}

static void opencl_read(device_buffer buffer, size_t offset, void *to, size_t bytes, int waits) {
  CL(EnqueueReadBuffer, opencl.queue, (cl_handle)buffer, (uint32_t)waits, offset, bytes, to, 0, NULL, NULL);
}

static void opencl_launch(struct device_kernel *kernel, size_t items, size_t group) {
  for (unsigned i = 0; i < kernel->count; i++) CL(SetKernelArg, kernel->object, i, kernel->arguments[i].bytes, kernel->arguments[i].value);
  CL(EnqueueNDRangeKernel, opencl.queue, kernel->object, 1, NULL, &items, &group, 0, NULL, NULL);
}

static void opencl_finish(void) { CL(Finish, opencl.queue); }

static const struct back_end opencl_back_end = {"opencl",         opencl_open, opencl_find_kernel, opencl_allocate, opencl_release, opencl_pin,
                                                opencl_write, opencl_read, opencl_launch,      opencl_finish};

#endif
