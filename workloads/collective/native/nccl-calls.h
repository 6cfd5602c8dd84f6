/*
 * Entry points of NCCL without its headers and without linking to it, and those of NVIDIA's driver that only collectives need. Types
 * and numbers are those of nccl.h: ncclDataType_t, ncclRedOp_t and ncclResult_t have kept theirs since NCCL 2.10.
 */
#ifndef ASSAY_NCCL_CALLS_H
#define ASSAY_NCCL_CALLS_H

#include "../../kit/native/library.h"
#include "../../kit/native/accelerator.h"

typedef struct nccl_object *nccl_communicator;
enum { NCCL_ID_BYTES = 128, NCCL_IN_PROGRESS = 7, NCCL_SUM = 0, NCCL_MIN = 3, NCCL_UINT64 = 5, NCCL_FP32 = 7, NCCL_BF16 = 9 };
struct nccl_id { char bytes[NCCL_ID_BYTES]; };

/* As NCCL 2.14 has it, the first that need not block. Newer ones take what their config has more from the version that it says. */
struct nccl_config {
  size_t size;
  unsigned magic, version;
  int blocking, cluster_size;
};
enum { NCCL_OLDEST = 21400, NCCL_UNDEFINED = -2147483647 - 1 };
static const unsigned nccl_magic = 0xcafebeef;

#define NCCL_CALLS(X)                                                                                     \
  X(int, ncclGetVersion, (int *))                                                                         \
  X(const char *, ncclGetErrorString, (int))                                                              \
  X(const char *, ncclGetLastError, (nccl_communicator))                                                  \
  X(int, ncclGetUniqueId, (struct nccl_id *))                                                             \
  X(int, ncclCommInitRankConfig, (nccl_communicator *, int, struct nccl_id, int, struct nccl_config *))   \
  X(int, ncclCommGetAsyncError, (nccl_communicator, int *))                                               \
  X(int, ncclCommAbort, (nccl_communicator))                                                              \
  X(int, ncclCommFinalize, (nccl_communicator))                                                           \
  X(int, ncclCommDestroy, (nccl_communicator))                                                            \
  X(int, ncclAllReduce, (const void *, void *, size_t, int, int, nccl_communicator, cuda_handle))

#define EVENT_CALLS(X)                                          \
  X(int, cuMemGetInfo_v2, (size_t *, size_t *))                 \
  X(int, cuEventCreate, (cuda_handle *, unsigned))              \
  X(int, cuEventRecord, (cuda_handle, cuda_handle))             \
  X(int, cuEventQuery, (cuda_handle))                           \
  X(int, cuEventElapsedTime, (float *, cuda_handle, cuda_handle))

enum { CUDA_NOT_READY = 600 };

#define CALL_FIELD(result, name, arguments) result(*name) arguments;
static struct { NCCL_CALLS(CALL_FIELD) } nccl;
static struct { EVENT_CALLS(CALL_FIELD) } events;
#undef CALL_FIELD

static struct {
  struct library library;
  int version;
} nccl_found;

/* Opens NCCL, of a version that need not block. Too old a one is told by its version, not by what it lacks. */
static void nccl_load(void) {
  static const char *const names[] = {"libnccl.so.2", NULL};
  struct library library = library_open(names, "the package libnccl2, or PyTorch");
  if (!library.handle) device_fail("no NCCL: %s", library.why);
  int (*version)(int *) = library_symbol(&library, "ncclGetVersion", "2.0");
  if (!version) device_fail("no NCCL: %s", library.why);
  int code = version(&nccl_found.version);
  if (code != 0) device_fail("ncclGetVersion ended with %d", code);
  if (nccl_found.version < NCCL_OLDEST)
    device_fail("expected NCCL 2.14 or newer, which need not block, got %d of %s", nccl_found.version, library.path);
#define CALL_FIND(result, name, arguments)                                    \
  nccl.name = (result(*) arguments)library_symbol(&library, #name, "2.14");   \
  if (!nccl.name) device_fail("no NCCL: %s", library.why);
  NCCL_CALLS(CALL_FIND)
#undef CALL_FIND
  nccl_found.library = library;
}

static void events_load(void) {
  static const char *const names[] = {"libcuda.so.1", NULL};
  struct library library = library_open(names, "NVIDIA's driver");
  if (!library.handle) device_fail("no driver of NVIDIA: %s", library.why);
#define CALL_FIND(result, name, arguments)                                    \
  events.name = (result(*) arguments)library_symbol(&library, #name, "CUDA 7"); \
  if (!events.name) device_fail("%s", library.why);
  EVENT_CALLS(CALL_FIND)
#undef CALL_FIND
}

#endif
