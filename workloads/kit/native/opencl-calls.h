/*
 * OpenCL's entry points without its headers and without linking to it: the loader is looked for when the program runs, and where
 * there is none the vendor's own library. Types and places are those of the Khronos registry (CL/cl.h, CL/cl_icd.h). A call that
 * fails ends the process of the device with the call's name and its error (device.h).
 */
#ifndef ASSAY_OPENCL_CALLS_H
#define ASSAY_OPENCL_CALLS_H

#include "back-end.h"

typedef struct cl_object *cl_handle; /* platform, device, context, queue, program, kernel, buffer, event */

/* Entry points with their place in the table that every OpenCL object begins with (CL/cl_icd.h). */
#define OPENCL_CALLS(X)                                                                                                          \
  X(GetPlatformIDs, 0, int32_t, (uint32_t, cl_handle *, uint32_t *))                                                             \
  X(GetPlatformInfo, 1, int32_t, (cl_handle, uint32_t, size_t, void *, size_t *))                                                \
  X(GetDeviceIDs, 2, int32_t, (cl_handle, uint64_t, uint32_t, cl_handle *, uint32_t *))                                          \
  X(GetDeviceInfo, 3, int32_t, (cl_handle, uint32_t, size_t, void *, size_t *))                                                  \
  X(CreateContext, 4, cl_handle, (const intptr_t *, uint32_t, const cl_handle *, void *, void *, int32_t *))                     \
  X(CreateCommandQueue, 9, cl_handle, (cl_handle, cl_handle, uint64_t, int32_t *))                                               \
  X(CreateBuffer, 14, cl_handle, (cl_handle, uint64_t, size_t, void *, int32_t *))                                               \
  X(ReleaseMemObject, 18, int32_t, (cl_handle))                                                                                  \
  X(CreateProgramWithSource, 26, cl_handle, (cl_handle, uint32_t, const char **, const size_t *, int32_t *))                     \
  X(BuildProgram, 30, int32_t, (cl_handle, uint32_t, const cl_handle *, const char *, void *, void *))                           \
  X(GetProgramBuildInfo, 33, int32_t, (cl_handle, cl_handle, uint32_t, size_t, void *, size_t *))                                \
  X(CreateKernel, 34, cl_handle, (cl_handle, const char *, int32_t *))                                                           \
  X(SetKernelArg, 38, int32_t, (cl_handle, uint32_t, size_t, const void *))                                                      \
  X(Finish, 47, int32_t, (cl_handle))                                                                                            \
  X(EnqueueReadBuffer, 48, int32_t,                                                                                              \
    (cl_handle, cl_handle, uint32_t, size_t, size_t, void *, uint32_t, const cl_handle *, cl_handle *))                          \
  X(EnqueueWriteBuffer, 49, int32_t,                                                                                             \
    (cl_handle, cl_handle, uint32_t, size_t, size_t, const void *, uint32_t, const cl_handle *, cl_handle *))                    \
  X(EnqueueMapBuffer, 56, void *,                                                                                                \
    (cl_handle, cl_handle, uint32_t, uint64_t, size_t, size_t, uint32_t, const cl_handle *, cl_handle *, int32_t *))             \
  X(EnqueueNDRangeKernel, 59, int32_t,                                                                                           \
    (cl_handle, cl_handle, uint32_t, const size_t *, const size_t *, const size_t *, uint32_t, const cl_handle *, cl_handle *))

static struct {
#define OPENCL_FIELD(name, place, type, arguments) type(*name) arguments;
  OPENCL_CALLS(OPENCL_FIELD)
} cl;

/* The names of the errors that a machine is to blame for; the others are told by their number. */
static const char *opencl_error(int code) {
  static const struct { int code; const char *name; } names[] = {
      {-1, "CL_DEVICE_NOT_FOUND"}, {-2, "CL_DEVICE_NOT_AVAILABLE"}, {-3, "CL_COMPILER_NOT_AVAILABLE"},
      {-4, "CL_MEM_OBJECT_ALLOCATION_FAILURE"}, {-5, "CL_OUT_OF_RESOURCES"}, {-6, "CL_OUT_OF_HOST_MEMORY"},
      {-11, "CL_BUILD_PROGRAM_FAILURE"}, {-14, "CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST"}, {-36, "CL_INVALID_COMMAND_QUEUE"},
      {-46, "CL_INVALID_KERNEL_NAME"}, {-61, "CL_INVALID_BUFFER_SIZE"}, {-1001, "CL_PLATFORM_NOT_FOUND_KHR"}};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (names[i].code == code) return names[i].name;
  return "OpenCL error";
}

static void opencl_check(int code, const char *call) {
  device_turn.is_hosts = code == -6; /* the host's memory */
  if (code < 0) device_fail("%s: %s (%d)", call, opencl_error(code), code);
}
#define CL(call, ...) opencl_check(cl.call(__VA_ARGS__), "cl" #call)

/* Entry points of a loader by name; 0: it lacks one. */
static int take_names(void *library) {
#define OPENCL_NAME(name, place, type, arguments)                  \
  cl.name = (type(*) arguments)dlsym(library, "cl" #name);         \
  if (!cl.name) return 0;
  OPENCL_CALLS(OPENCL_NAME)
  return 1;
}

/* A vendor's library without a loader: its platforms begin with the table of their entry points (cl_khr_icd). */
static int take_table(void *library) {
  void *(*address)(const char *) = (void *(*)(const char *))dlsym(library, "clGetExtensionFunctionAddress");
  int32_t (*platforms)(uint32_t, cl_handle *, uint32_t *) =
      address ? (int32_t(*)(uint32_t, cl_handle *, uint32_t *))address("clIcdGetPlatformIDsKHR") : NULL;
  cl_handle first = NULL;
  uint32_t count = 0;
  if (!platforms || platforms(1, &first, &count) != 0 || count < 1 || !first) return 0;
  void **table = *(void ***)first;
#define OPENCL_PLACE(name, place, type, arguments) cl.name = (type(*) arguments)table[place];
  OPENCL_CALLS(OPENCL_PLACE)
  cl.GetPlatformIDs = platforms;
  return 1;
}

/* Where OpenCL may come from, in order: the loader, then vendors' libraries that are there without being registered, as in containers. */
static const char *const opencl_sources[] = {"libOpenCL.so.1", "libnvidia-opencl.so.1", "libamdocl64.so", "libigdrcl.so", "libpocl.so.2"};
enum { OPENCL_SOURCES = sizeof opencl_sources / sizeof *opencl_sources };

/* Takes the entry points of one of them; 0: it is not there, or knows no platform. */
static int opencl_load(int source) {
  void *library = open_library(opencl_sources[source]);
  uint32_t count = 0;
  if (!library) return 0;
  return source == 0 ? take_names(library) && cl.GetPlatformIDs(0, NULL, &count) == 0 && count > 0 : take_table(library);
}

#endif
