#define _GNU_SOURCE
/*
 * Copies from one accelerator straight into the memory of another, through NVIDIA's driver: from each device to every other, one
 * after the other. Of every timed run of copies 16 words that were something else before are compared, and of each pair at last all words.
 */
#include "../../kit/native/accelerator.h"

enum { SPOT_CHECKS = 16, PIECE = 1 << 18 };
static const uint64_t mebibyte = 1 << 20;

#define PEER_CALLS(X)                           \
  X(cuDeviceCanAccessPeer, (int *, int, int))   \
  X(cuCtxEnablePeerAccess, (cuda_handle, unsigned)) \
  X(cuMemcpyPeerAsync, (uint64_t, cuda_handle, uint64_t, cuda_handle, size_t, cuda_handle))
static struct {
  PEER_CALLS(CUDA_FIELD)
} peer;
enum { ALREADY_ENABLED = 704 };

static const char *kernels;
static uint64_t wanted, checked, wrong, randomness;
static double seconds;
static char **addresses;
static int devices;

/* One end of a copy: a device's context, and memory there. */
struct side {
  const char *address;
  cuda_handle context;
  uint64_t words;
};
static struct side own;

/* What fails at the other end is no fault of this device: its own process tells it. */
static void check_other(int code, const char *call, const struct side *side) {
  if (code == 0) return;
  if (side != &own) device_turn.is_hosts = 1;
  device_fail("%s at %s: %s", call, side->address, cuda_error(code));
}
#define AT(side, call, ...) check_other(cu.call(__VA_ARGS__), #call, side)

/* A copy that fails is this device's fault where that fails by itself too. */
static void check_copy(int code, const char *call, const struct side *side) {
  uint32_t word;
  if (code == 0) return;
  if (cu.cuCtxSetCurrent(own.context) == 0 && cu.cuMemcpyDtoH_v2(&word, own.words, 4) == 0) device_turn.is_hosts = 1;
  device_fail("%s to %s: %s", call, side->address, cuda_error(code));
}

static uint64_t smaller(uint64_t a, uint64_t b) { return a < b ? a : b; }

/* The word at a place of what is copied; every pair has other ones. */
static uint32_t word_at(uint64_t i, uint32_t seed) { return (uint32_t)(i * 2654435761u) ^ seed; }

/* Fills memory at one end; `is_blank`: with what no word is copied as. */
static void fill(const struct side *side, uint64_t bytes, uint32_t seed, int is_blank) {
  static uint32_t piece[PIECE];
  AT(side, cuCtxSetCurrent, side->context);
  for (uint64_t first = 0; first < bytes / 4; first += PIECE) {
    uint64_t length = smaller(bytes / 4 - first, PIECE);
    for (uint64_t i = 0; i < length; i++) piece[i] = is_blank ? ~word_at(first + i, seed) : word_at(first + i, seed);
    AT(side, cuMemcpyHtoD_v2, side->words + first * 4, piece, length * 4);
  }
}

/* How many words of the other side are not those that were sent. */
static void check_all(const struct side *side, uint64_t bytes, uint32_t seed) {
  static uint32_t piece[PIECE];
  AT(side, cuCtxSetCurrent, side->context);
  for (uint64_t first = 0; first < bytes / 4; first += PIECE) {
    uint64_t length = smaller(bytes / 4 - first, PIECE);
    AT(side, cuMemcpyDtoH_v2, piece, side->words + first * 4, length * 4);
    for (uint64_t i = 0; i < length; i++) wrong += piece[i] != word_at(first + i, seed);
    checked += length;
  }
}

static void load_peer_calls(void) {
  void *library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD);
#define PEER_NAME(name, arguments)                                                 \
  peer.name = library ? (int(*) arguments)dlsym(library, #name) : NULL;            \
  if (!peer.name) device_fail("libcuda.so.1 lacks %s, which it has since CUDA 4", #name);
  PEER_CALLS(PEER_NAME)
}

/* Opens the other end, and the way there. Without a direct one the driver would go through the host: that is another measurement. */
static struct side open_side(const char *address, uint64_t bytes) {
  struct side side = {.address = address};
  char reported[64] = "";
  unsigned asked[4], told[4];
  int id = 0, can = 0;
  check_other(cu.cuDeviceGetByPCIBusId(&id, address), "cuDeviceGetByPCIBusId", &side);
  AT(&side, cuDeviceGetPCIBusId, reported, sizeof reported, id);
  if (!read_place(address, asked) || !read_place(reported, told) || memcmp(asked, told, sizeof asked) != 0)
    device_fail("expected the device at %s, got one that reports %s", address, reported);
  check_other(peer.cuDeviceCanAccessPeer(&can, cuda.id, id), "cuDeviceCanAccessPeer", &side);
  if (!can) device_fail("its driver gives it no direct way to %s: no NVLink, and none through PCIe (ACS, virtual machine, other sockets)", address);
  AT(&side, cuDevicePrimaryCtxRetain, &side.context, id);
  AT(&side, cuCtxSetCurrent, side.context);
  AT(&side, cuMemAlloc_v2, &side.words, bytes);
  CUDA(cuCtxSetCurrent, own.context);
  int code = peer.cuCtxEnablePeerAccess(side.context, 0);
  if (code != ALREADY_ENABLED) check_other(code, "cuCtxEnablePeerAccess", &side);
  return side;
}

static double send(const struct side *side, uint64_t bytes, uint32_t times) {
  CUDA(cuCtxSetCurrent, own.context);
  double began = assay_now();
  for (uint32_t i = 0; i < times; i++)
    check_copy(peer.cuMemcpyPeerAsync(side->words, side->context, own.words, own.context, bytes, NULL), "cuMemcpyPeerAsync", side);
  check_copy(cu.cuCtxSynchronize(), "the copy", side);
  return device_await(began);
}

struct copied {
  uint64_t moved, checked, wrong;
  double busy;
};

/* Copies to one other device for so long, after copies of the right length were found; tells nothing yet. */
static struct copied copy_to(const struct side *side, uint64_t bytes, double window) {
  struct copied found = {0};
  uint32_t times = 1, seed = (uint32_t)assay_random(&randomness);
  int is_timed = 0;
  double began = 0;
  checked = wrong = 0;
  fill(&own, bytes, seed, 0);
  fill(side, bytes, seed, 1);
  do {
    uint64_t spots[SPOT_CHECKS];
    AT(side, cuCtxSetCurrent, side->context);
    for (int i = 0; i < SPOT_CHECKS; i++) {
      spots[i] = assay_random(&randomness) % (bytes / 4);
      uint32_t other = ~word_at(spots[i], seed);
      AT(side, cuMemcpyHtoD_v2, side->words + spots[i] * 4, &other, 4);
    }
    double took = send(side, bytes, times);
    AT(side, cuCtxSetCurrent, side->context);
    for (int i = 0; i < SPOT_CHECKS; i++) {
      uint32_t word = 0;
      AT(side, cuMemcpyDtoH_v2, &word, side->words + spots[i] * 4, 4);
      checked++, wrong += word != word_at(spots[i], seed);
    }
    if (is_timed) found.moved += bytes * times, found.busy += took;
    /* The first run pays for what the driver sets up. */
    else if (device_is_long(took, &times, 1, 1 << 16)) is_timed = 1, began = assay_now();
  } while (!is_timed || found.busy == 0 || assay_now() - began < window);
  fill(side, bytes, seed, 1);
  send(side, bytes, 1);
  check_all(side, bytes, seed);
  found.checked = checked, found.wrong = wrong;
  return found;
}

static void measure(const char *address) {
  struct side sides[DEVICES_AT_MOST];
  struct copied found[DEVICES_AT_MOST];
  int count = 0, own_place = 0;
  device_open(address, kernels);
  load_peer_calls();
  randomness = (uint64_t)(assay_now() * 1e9) ^ (uint64_t)getpid();
  own.address = address;
  CUDA(cuDevicePrimaryCtxRetain, &own.context, cuda.id);
  /* Room for what comes from every other device at the same time. */
  uint64_t bytes = wanted ? wanted : smaller(256 * mebibyte, device.memory / 2 / (uint64_t)devices);
  bytes -= bytes % mebibyte;
  if (bytes < mebibyte || bytes > device.memory / 10 * 9 / (uint64_t)devices)
    device_fail("expected room for %llu bytes from and to each of %d devices, the device has %llu", (unsigned long long)(bytes ? bytes : mebibyte),
                devices - 1, (unsigned long long)device.memory);
  own.words = (uint64_t)device_memory(bytes, "what is copied");
  for (int i = 0; i < devices; i++)
    if (strcmp(addresses[i], address) == 0) own_place = i;
  /* Each begins with the next one: together, no two send to the same device as long as all are equally fast. */
  for (int i = 1; i < devices; i++) sides[count++] = open_side(addresses[(own_place + i) % devices], bytes);
  device_ready();
  device.longest_launch = 0;
  struct copied all = {0};
  for (int i = 0; i < count; i++) {
    found[i] = copy_to(&sides[i], bytes, seconds / count);
    all.busy += found[i].busy, all.checked += found[i].checked, all.wrong += found[i].wrong;
  }
  device_tell();
  fprintf(device_turn.out, "\"bytes\":%llu,\"peers\":%d,\"copies\":[", (unsigned long long)bytes, count);
  for (int i = 0; i < count; i++) {
    char json[128];
    fprintf(device_turn.out, "%s{\"to\":%s,\"done\":%llu,\"elapsedSeconds\":%.6f,\"checked\":%llu,\"wrong\":%llu}", i ? "," : "",
            assay_json(json, sizeof json, sides[i].address), (unsigned long long)found[i].moved, found[i].busy,
            (unsigned long long)found[i].checked, (unsigned long long)found[i].wrong);
  }
  fprintf(device_turn.out, "],\"elapsedSeconds\":%.6f,\"checked\":%llu,\"wrong\":%llu}\n", all.busy, (unsigned long long)all.checked,
          (unsigned long long)all.wrong);
}

int main(int argc, char **argv) {
  double pause = 0;
  if (argc < 10 || strcmp(argv[1], "cuda") != 0 || !device_back_end(argv[1]) || !assay_count(argv[3], 0, UINT64_MAX, &wanted) || wanted % mebibyte ||
      !device_arguments(argc - 4, argv + 4, &seconds, &pause) || is_to_be_steady) {
    fprintf(stderr, "usage: peer cuda KERNELS BYTES|0 SECONDS together|alone PAUSE cold ADDRESS ADDRESS…\n");
    return 64;
  }
  kernels = argv[2], addresses = argv + 8, devices = argc - 8;
  if (devices > DEVICES_AT_MOST) return fprintf(stderr, "expected 2 to %d devices\n", DEVICES_AT_MOST), 64;
  return each_device(argv[5], addresses, devices, pause, seconds, measure);
}
