/*
 * Stands in for NVIDIA's driver in tests, where there is no device: it takes the committed PTX for what it says of its entries, and
 * runs the same kernels, compiled for the CPU from the same source. It shows what our programs do, and nothing about a device. It
 * says that it is no driver by the symbol `assay_stand_in`, and a program that finds it says so.
 *
 * What it plays stands in a scenario (scenario.h). A process may use several devices; memory of all of them is this process's own.
 */
#include <dlfcn.h>
#include <time.h>
#include "libcuda-kernels.h"
#include "scenario.h"

enum { KERNELS = 16, PARAMETERS = 8 };
const int assay_stand_in = 1;

struct kernel {
  char name[64], types[PARAMETERS + 1]; /* u, U, f: .u32, .u64, .f32 */
  void *code;
  int has_barriers;
};

/* A device that this process uses, by its place in the scenario. */
struct context {
  int device;
  size_t used;
  unsigned char *bytes;
};

static struct {
  int is_read, failing, code;
  struct context contexts[GPUS_AT_MOST], *current; /* NULL: none was made current */
  long sent[GPUS_AT_MOST], linked[GPUS_AT_MOST][GPUS_AT_MOST];
  struct kernel kernels[KERNELS];
} state;

/* Every function asks here first; not 0: it fails with this. */
static int enter(const char *name) {
  if (!state.is_read) read_scenario(), state.is_read = 1;
  if (!state.failing && strcmp(name, scenario.fail_name) == 0 && --scenario.fail_call <= 0) state.failing = 1, state.code = scenario.fail_code;
  if (!state.failing && state.current && happened[state.current->device].is_lost) return 999;
  return state.failing ? state.code : 0;
}
#define ENTER()                     \
  do {                              \
    int failed = enter(__func__);   \
    if (failed) return failed;      \
  } while (0)

/* For libraries that play beside this one: which device this process uses, by its place in the scenario. */
int assay_stand_in_device(void) { return state.current ? state.current->device : 0; }

/* And more work for it, which takes so long: whoever waits for the device waits until all of it is done. */
static struct timespec done;
void assay_stand_in_work(long microseconds) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  if (now.tv_sec > done.tv_sec || (now.tv_sec == done.tv_sec && now.tv_nsec > done.tv_nsec)) done = now;
  long next = done.tv_nsec + microseconds * 1000;
  done.tv_sec += next / 1000000000, done.tv_nsec = next % 1000000000;
}

/* The devices that there are for the driver, by their place in the scenario; -1: none. */
static int device_at(int index) {
  for (int i = 0; i < scenario.count; i++)
    if (!scenario.gpus[i].is_absent && index-- == 0) return i;
  return -1;
}

/* How many of them the environment leaves: those before the first index that is none. */
static int visible_devices(void) {
  const char *names = getenv("CUDA_VISIBLE_DEVICES");
  int all = 0, count = 0;
  while (device_at(all) >= 0) all++;
  if (!names) return all;
  for (const char *at = names; *at >= '0' && *at <= '9' && atoi(at) < all; count++) {
    at += strspn(at, "0123456789");
    if (*at == ',') at++;
  }
  return count;
}

int cuInit(unsigned flags) {
  ENTER();
  if (flags != 0) return 1;
  return visible_devices() == 0 ? 100 : 0;
}
int cuDriverGetVersion(int *version) {
  ENTER();
  *version = 12040;
  return 0;
}
int cuGetErrorName(int code, const char **name) {
  static const struct { int code; const char *name; } names[] = {
      {2, "CUDA_ERROR_OUT_OF_MEMORY"}, {100, "CUDA_ERROR_NO_DEVICE"}, {101, "CUDA_ERROR_INVALID_DEVICE"},
      {214, "CUDA_ERROR_ECC_UNCORRECTABLE"}, {218, "CUDA_ERROR_INVALID_PTX"}, {221, "CUDA_ERROR_JIT_COMPILER_NOT_FOUND"},
      {222, "CUDA_ERROR_UNSUPPORTED_PTX_VERSION"}, {500, "CUDA_ERROR_NOT_FOUND"}, {802, "CUDA_ERROR_SYSTEM_NOT_READY"},
      {803, "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH"}, {999, "CUDA_ERROR_UNKNOWN"}};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (names[i].code == code) return *name = names[i].name, 0;
  return 1;
}
int cuDeviceGetCount(int *count) {
  ENTER();
  *count = visible_devices();
  return 0;
}
int cuDeviceGet(int *device, int index) {
  ENTER();
  *device = index;
  return index < visible_devices() ? 0 : 101;
}
int cuDeviceGetByPCIBusId(int *device, const char *address) {
  ENTER();
  for (int i = 0; i < visible_devices(); i++)
    if (strcasecmp(scenario.gpus[device_at(i)].address, address) == 0) return *device = i, 0;
  return 101;
}
int cuDeviceGetPCIBusId(char *out, int room, int device) {
  ENTER();
  snprintf(out, (size_t)room, "%s", scenario.reports[0] ? scenario.reports : scenario.gpus[device_at(device)].address);
  for (; *out; out++)
    if (*out >= 'a' && *out <= 'f') *out -= 32; /* as the driver writes them */
  return 0;
}
int cuDeviceGetName(char *out, int room, int device) {
  ENTER();
  snprintf(out, (size_t)room, "stand-in %d", device);
  return 0;
}
int cuDeviceGetAttribute(int *value, int what, int device) {
  ENTER();
  (void)device;
  *value = what == 75 ? 5 : 0;
  return what == 75 || what == 76 ? 0 : 1;
}
int cuDeviceTotalMem_v2(size_t *bytes, int device) {
  ENTER();
  *bytes = scenario.gpus[device_at(device)].memory;
  return 0;
}
int cuDevicePrimaryCtxRetain(void **context, int device) {
  ENTER();
  int place = device_at(device);
  struct context *own = &state.contexts[place];
  *context = own;
  if (own->bytes) return 0;
  own->device = place;
  own->bytes = mmap(NULL, scenario.gpus[place].memory, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return own->bytes == MAP_FAILED ? 2 : 0;
}
int cuCtxSetCurrent(void *context) {
  ENTER();
  state.current = context;
  return state.current && state.current->bytes ? 0 : 1;
}
int cuCtxSynchronize(void) {
  ENTER();
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &done, NULL);
  return 0;
}

/* Reads entries and types of parameters from PTX, and finds the code of the same name. */
int cuModuleLoadDataEx(void **module, const void *image, unsigned count, int *options, void **values) {
  ENTER();
  (void)count, (void)options, (void)values;
  double version = 0;
  const char *at = strstr(image, ".version ");
  if (!at || sscanf(at, ".version %lf", &version) != 1) return 218;
  if ((int)(10 * version + 0.5) > scenario.newest_ptx) return 222;
  void *self = dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD);
  int n = 0;
  for (at = image; n < KERNELS && (at = strstr(at, ".entry ")); n++) {
    struct kernel *kernel = &state.kernels[n];
    const char *end = strchr(at, '{'), *barrier = strstr(at, "bar.sync"), *next = strstr(at + 1, ".entry ");
    if (!end || sscanf(at, ".entry %63[^(]", kernel->name) != 1) return 218;
    size_t parameters = 0;
    for (const char *p = at; (p = strstr(p, ".param .")) && p < end; p += 8) {
      if (parameters == PARAMETERS) return 218;
      kernel->types[parameters++] = p[8] == 'f' ? 'f' : strncmp(p + 9, "64", 2) == 0 ? 'U' : 'u';
    }
    kernel->has_barriers = barrier && (!next || barrier < next);
    kernel->code = dlsym(self, kernel->name);
    if (!kernel->code) return fprintf(stderr, "stand-in: no code for the kernel %s\n", kernel->name), 218;
    at = end;
  }
  *module = state.kernels;
  return n > 0 ? 0 : 218;
}
int cuModuleGetFunction(void **function, void *module, const char *name) {
  ENTER();
  struct kernel *kernels = module;
  for (int i = 0; i < KERNELS && kernels[i].code; i++)
    if (strcmp(kernels[i].name, name) == 0) return *function = &kernels[i], 0;
  return 500;
}

int cuMemAlloc_v2(uint64_t *at, size_t bytes) {
  ENTER();
  struct context *own = state.current;
  if (!own) return 201;
  size_t first = (own->used + 255) / 256 * 256;
  size_t memory = scenario.gpus[own->device].memory;
  if (bytes > memory || first > memory - bytes) return 2;
  own->used = first + bytes;
  *at = (uint64_t)(uintptr_t)(own->bytes + first);
  return 0;
}
int cuMemFree_v2(uint64_t at) {
  ENTER();
  return at == 0;
}
int cuMemAllocHost_v2(void **at, size_t bytes) {
  ENTER();
  *at = malloc(bytes);
  return *at ? 0 : 2;
}
int cuMemcpyHtoD_v2(uint64_t to, const void *from, size_t bytes) {
  ENTER();
  memcpy((void *)(uintptr_t)to, from, bytes);
  return 0;
}
int cuMemcpyDtoH_v2(void *to, uint64_t from, size_t bytes) {
  ENTER();
  memcpy(to, (void *)(uintptr_t)from, bytes);
  return 0;
}
int cuMemcpyHtoDAsync_v2(uint64_t to, const void *from, size_t bytes, void *stream) {
  ENTER();
  return stream ? 1 : cuMemcpyHtoD_v2(to, from, bytes);
}
int cuMemcpyDtoHAsync_v2(void *to, uint64_t from, size_t bytes, void *stream) {
  ENTER();
  return stream ? 1 : cuMemcpyDtoH_v2(to, from, bytes);
}

int cuMemGetInfo_v2(size_t *left, size_t *all) {
  ENTER();
  if (!state.current) return 201; /* no context */
  *all = scenario.gpus[state.current->device].memory;
  *left = *all - state.current->used;
  return 0;
}

/* All that was launched before has ended: an event is the moment at which it was recorded. */
int cuEventCreate(void **event, unsigned flags) {
  ENTER();
  (void)flags;
  *event = calloc(1, sizeof(struct timespec));
  return *event ? 0 : 2;
}
int cuEventRecord(void *event, void *stream) {
  ENTER();
  clock_gettime(CLOCK_MONOTONIC, event);
  return stream != NULL;
}
int cuEventQuery(void *event) {
  ENTER();
  return event == NULL;
}
int cuEventElapsedTime(float *milliseconds, void *from, void *to) {
  ENTER();
  const struct timespec *a = from, *b = to;
  *milliseconds = (float)((double)(b->tv_sec - a->tv_sec) * 1e3 + (double)(b->tv_nsec - a->tv_nsec) / 1e6);
  return 0;
}

/* Numbers and addresses are passed in registers of their own kind, so a call with six of the one and one of the other fits all. */
int cuLaunchKernel(void *function, unsigned groups, unsigned y, unsigned z, unsigned items, unsigned item_y, unsigned item_z, unsigned shared,
                   void *stream, void **arguments, void **extra) {
  ENTER();
  const struct kernel *kernel = function;
  if (!kernel) return 1;
  struct call call = {.code = (kernel_code *)kernel->code, .groups = groups, .items = items, .has_barriers = kernel->has_barriers};
  size_t integers = 0;
  if (y != 1 || z != 1 || item_y != 1 || item_z != 1 || shared || stream || extra || groups == 0 || items == 0) return 1;
  for (size_t i = 0; kernel->types[i]; i++) {
    if (kernel->types[i] == 'f') memcpy(&call.real, arguments[i], 4);
    else if (integers == INTEGERS) return 1;
    else memcpy(&call.integers[integers++], arguments[i], kernel->types[i] == 'U' ? 8 : 4);
  }
  if (!state.current) return 201;
  const struct gpu *gpu = &scenario.gpus[state.current->device];
  if (!launch_on(state.current->device)) return enter(__func__);
  run_kernel(&call);
  if (happened[state.current->device].launches == gpu->flip) state.current->bytes[gpu->flip_offset] ^= 1;
  return 0;
}

int cuDeviceCanAccessPeer(int *can, int device, int other) {
  ENTER();
  *can = device != other && !scenario.gpus[device_at(device)].is_unlinked && !scenario.gpus[device_at(other)].is_unlinked;
  return 0;
}
int cuCtxEnablePeerAccess(void *context, unsigned flags) {
  ENTER();
  struct context *other = context;
  if (!state.current || !other->bytes || flags != 0) return 1;
  return state.linked[state.current->device][other->device]++ ? 704 : 0;
}
int cuMemcpyPeerAsync(uint64_t to, void *to_context, uint64_t from, void *from_context, size_t bytes, void *stream) {
  ENTER();
  const struct context *target = to_context, *source = from_context;
  if (stream || !target->bytes || !source->bytes || state.current != source) return 1;
  if (!state.linked[source->device][target->device]) return 1;
  if (!launch_on(source->device) || happened[target->device].is_lost) return 999;
  memcpy((void *)(uintptr_t)to, (void *)(uintptr_t)from, bytes);
  if (++state.sent[source->device] >= scenario.gpus[source->device].garble && scenario.gpus[source->device].garble) *(unsigned char *)(uintptr_t)(to + bytes - 1) ^= 1;
  return 0;
}
