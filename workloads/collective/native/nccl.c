#define _GNU_SOURCE /* libraries of vendors are told by the file they are */
/*
 * Sums vectors over all accelerators of a node through NCCL, and those of other nodes: one process for each, found by its PCI
 * address. Each sum is timed from when all have met, and each is compared, element by element (collective.cl). What each rank did
 * stands in its object; the time of a sum is that of the slowest, which is for whoever reads it.
 */
#include <sys/resource.h>
#include <sys/statvfs.h>
static double ready_seconds; /* until all ranks are ready or given up */
#define READY_SECONDS ready_seconds
#include "../../kit/native/accelerator.h"
#include "ranks.h"

enum { SIZES_AT_MOST = 16, ITERATIONS_AT_MOST = 100, WARM_UPS = 5, ITEMS = 1 << 17, GROUP = 256 };

static const char *kernels, *dtype, *algorithm, *logs;
static uint64_t least, most, factor, iterations;
static int is_half;

static struct {
  uint64_t bytes, checked, wrong, wrong_of_all; /* of this rank; of all ranks of all nodes */
  double seconds[ITERATIONS_AT_MOST];
} sizes[SIZES_AT_MOST];
static int sizes_count;
static uint64_t free_bytes, fitting; /* the largest size that fits on every rank; 0: none */

static struct {
  device_buffer given, sums, wrong, control;
  struct device_kernel give, check;
  cuda_handle before, after;
  uint32_t iteration, *found;
} work;

static size_t bytes_of_element(void) { return is_half ? 2 : 4; }
static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }
static uint32_t items_for(size_t count) { return (uint32_t)smaller((count + GROUP - 1) / GROUP * GROUP, ITEMS); }

static void record(cuda_handle event) { cuda_check(events.cuEventRecord(event, NULL), "cuEventRecord"); }

/* Waits until the device is as far as an event. */
static void await(cuda_handle event, double seconds) {
  double began = assay_now();
  for (int code; (code = events.cuEventQuery(event)) != 0;) {
    if (code != CUDA_NOT_READY) cuda_check(code, "cuEventQuery");
    keep_waiting(began, seconds);
  }
}

static void all_reduce(device_buffer from, device_buffer to, size_t count, int type, int operation, double seconds) {
  NCCL(seconds, ncclAllReduce, from, to, count, type, operation, ranks.communicator, NULL);
}

/* One number of each rank, of which all get the smallest, or the sum. Until then none goes on. */
static uint64_t agree(uint64_t number, int operation) {
  double began = assay_now();
  device_write(work.control, 0, &number, sizeof number);
  all_reduce(work.control, work.control, 1, NCCL_UINT64, operation, ranks.call_seconds);
  record(work.after);
  await(work.after, ranks.call_seconds - (assay_now() - began));
  device_read(work.control, 0, &number, sizeof number);
  return number;
}

/* Two vectors of the largest size that leaves a twentieth free. */
static void take_memory(void) {
  size_t free_now = 0, all = 0;
  cuda_check(events.cuMemGetInfo_v2(&free_now, &all), "cuMemGetInfo_v2");
  free_bytes = free_now;
  for (uint64_t bytes = least; bytes <= most; bytes *= factor)
    if (2 * bytes + 2 * bytes / 20 <= free_now) fitting = bytes;
  fitting = agree(fitting, NCCL_MIN);
  if (fitting == 0) return;
  work.given = device_memory(fitting, "what this rank gives");
  work.sums = device_memory(fitting, "the sums");
}

static void give(size_t count) {
  uint64_t elements = count;
  uint32_t rank = (uint32_t)(ranks.first + ranks.index), all = (uint32_t)ranks.all, items = items_for(count);
  ARGUMENT(work.give, 0, work.given);
  ARGUMENT(work.give, 1, elements);
  ARGUMENT(work.give, 2, rank);
  ARGUMENT(work.give, 3, all);
  ARGUMENT(work.give, 4, work.iteration);
  ARGUMENT(work.give, 5, items);
  device_run(&work.give, items, GROUP);
}

static uint64_t count_wrong(size_t count) {
  uint64_t elements = count, wrong = 0;
  uint32_t all = (uint32_t)ranks.all, items = items_for(count);
  ARGUMENT(work.check, 0, work.sums);
  ARGUMENT(work.check, 1, elements);
  ARGUMENT(work.check, 2, all);
  ARGUMENT(work.check, 3, work.iteration);
  ARGUMENT(work.check, 4, items);
  ARGUMENT(work.check, 5, work.wrong);
  device_run(&work.check, items, GROUP);
  device_read(work.wrong, 0, work.found, items * sizeof *work.found);
  for (uint32_t i = 0; i < items; i++) wrong += work.found[i];
  return wrong;
}

/* One sum: all meet, then it is timed by the device, then every element is compared. Seconds. */
static double sum_once(size_t bytes, uint64_t *wrong) {
  size_t count = bytes / bytes_of_element();
  double patience = ranks.call_seconds + (double)bytes / 5e8; /* as slow as four lanes of the first PCIe */
  float milliseconds = 0;
  work.iteration++;
  give(count);
  agree(work.iteration, NCCL_MIN);
  record(work.before);
  all_reduce(work.given, work.sums, count, is_half ? NCCL_BF16 : NCCL_FP32, NCCL_SUM, patience);
  record(work.after);
  await(work.after, patience);
  my_seat()->calls++;
  cuda_check(events.cuEventElapsedTime(&milliseconds, work.before, work.after), "cuEventElapsedTime");
  *wrong += count_wrong(count);
  double took = milliseconds / 1000;
  /* Of ranks on other nodes nobody here hears otherwise. */
  return ranks.here < ranks.all ? 1e-9 * (double)~agree(~(uint64_t)(took * 1e9), NCCL_MIN) : took;
}

/* A comparison that never finds anything would pass all: of a sum that is right one bit is changed. */
static void check_comparison(void) {
  uint64_t before = 0;
  uint32_t word;
  size_t count = smaller(fitting, 1 << 20) / bytes_of_element(), place = count / 3 * bytes_of_element() / 4 * 4;
  sum_once(count * bytes_of_element(), &before);
  device_read(work.sums, place, &word, sizeof word);
  word ^= 1u << 20;
  device_write(work.sums, place, &word, sizeof word);
  uint64_t found = count_wrong(count);
  word ^= 1u << 20;
  device_write(work.sums, place, &word, sizeof word);
  if (before == 0 && found != 1) fail_all("the comparison found %llu of 1 changed elements", (unsigned long long)found);
}

static void sum_all_sizes(void) {
  for (uint64_t bytes = least; bytes <= fitting; bytes *= factor) {
    sizes[sizes_count].bytes = bytes;
    for (uint64_t i = 0; i < WARM_UPS + iterations; i++) {
      double took = sum_once(bytes, &sizes[sizes_count].wrong);
      sizes[sizes_count].checked += bytes / bytes_of_element();
      if (i >= WARM_UPS) sizes[sizes_count].seconds[i - WARM_UPS] = took;
    }
    sizes[sizes_count].wrong_of_all = agree(sizes[sizes_count].wrong, NCCL_SUM);
    sizes_count++;
  }
}

static void prepare(const char *address) {
  ranks.index = 0;
  for (int i = 0; i < ranks.here; i++)
    if (strcmp(ranks.addresses[i], address) == 0) ranks.index = i;
  my_seat()->pid = getpid();
  enter_stage(OPENING);
  char log[4200];
  snprintf(log, sizeof log, "%s/nccl-%d.txt", logs, ranks.index);
  setenv("NCCL_DEBUG_FILE", log, 1);
  device_open(address, kernels);
  nccl_load();
  events_load();
  device_turn.is_stand_in = uses_stand_in();
  cuda_check(events.cuEventCreate(&work.before, 0), "cuEventCreate");
  cuda_check(events.cuEventCreate(&work.after, 0), "cuEventCreate");
  work.give = device_kernel(is_half ? "give_bf16" : "give_fp32");
  work.check = device_kernel(is_half ? "check_bf16" : "check_fp32");
  work.control = device_memory(256, "what ranks agree on");
  work.wrong = device_memory(ITEMS * sizeof *work.found, "what is counted");
  work.found = malloc(ITEMS * sizeof *work.found);
  if (!work.found) device_fail("out of memory");
}

static uint64_t shared_memory_bytes(void) {
  struct statvfs file_system;
  return statvfs("/dev/shm", &file_system) == 0 ? (uint64_t)file_system.f_bavail * file_system.f_frsize : 0;
}

static void tell_rank(double elapsed) {
  FILE *out = device_turn.out;
  char path[1100];
  struct rlimit locked = {0};
  uint64_t checked = 0, wrong = 0;
  getrlimit(RLIMIT_MEMLOCK, &locked);
  device_tell();
  fprintf(out, "\"rank\":%d,\"ranks\":%d,\"nccl\":%d,\"ncclLibrary\":%s,\"lockableBytes\":%.0f,\"sharedMemoryBytes\":%llu,", ranks.first + ranks.index,
          ranks.all, nccl_found.version, assay_json(path, sizeof path, nccl_found.library.path),
          locked.rlim_cur == RLIM_INFINITY ? -1.0 : (double)locked.rlim_cur, (unsigned long long)shared_memory_bytes());
  fprintf(out, "\"dtype\":\"%s\",\"algorithm\":\"%s\",\"warmUps\":%d,\"freeBytes\":%llu,\"fittingBytes\":%llu,\"sizes\":[", dtype, algorithm, WARM_UPS,
          (unsigned long long)free_bytes, (unsigned long long)fitting);
  for (int i = 0; i < sizes_count; i++) {
    fprintf(out, "%s{\"bytes\":%llu,\"checked\":%llu,\"wrong\":%llu,\"wrongOfAll\":%llu,\"seconds\":[", i ? "," : "",
            (unsigned long long)sizes[i].bytes, (unsigned long long)sizes[i].checked, (unsigned long long)sizes[i].wrong,
            (unsigned long long)sizes[i].wrong_of_all);
    for (uint64_t k = 0; k < iterations; k++) fprintf(out, "%s%.9f", k ? "," : "", sizes[i].seconds[k]);
    fprintf(out, "]}");
    checked += sizes[i].checked, wrong += sizes[i].wrong;
  }
  fprintf(out, "],\"elapsedSeconds\":%.6f,\"checked\":%llu,\"wrong\":%llu}\n", elapsed, (unsigned long long)checked, (unsigned long long)wrong);
}

static void measure(const char *address) {
  prepare(address);
  join();
  enter_stage(PREPARING);
  take_memory();
  if (fitting == 0) fail_all("no two vectors of %llu bytes fit: this rank has %llu bytes free", (unsigned long long)least, (unsigned long long)free_bytes);
  check_comparison();
  device_ready();
  enter_stage(AT_WORK);
  double began = assay_now();
  sum_all_sizes();
  double elapsed = assay_now() - began;
  NCCL(ranks.join_seconds, ncclCommFinalize, ranks.communicator);
  nccl.ncclCommDestroy(ranks.communicator);
  enter_stage(DONE);
  tell_rank(elapsed);
}

/* The id that another node has handed over, in hexadecimal digits; `-`: this node makes it. */
static int takes_id(const char *text) {
  if (strcmp(text, "-") == 0) return 1;
  if (strlen(text) != 2 * NCCL_ID_BYTES || strspn(text, "0123456789abcdef") != 2 * NCCL_ID_BYTES) return 0;
  for (int i = 0; i < NCCL_ID_BYTES; i++) {
    unsigned byte = 0;
    sscanf(text + 2 * i, "%2x", &byte);
    shared->id.bytes[i] = (char)byte;
  }
  return shared->has_id = 1;
}

/* Which ranks are those of this node, by its place among the nodes; each has as many. */
static int takes_place(char **argv, int here) {
  uint64_t place = 0, nodes = 0, each = 0;
  if (!assay_count(argv[0], 0, 255, &place) || !assay_count(argv[1], 1, 256, &nodes) || !assay_count(argv[2], 1, DEVICES_AT_MOST, &each)) return 0;
  if ((int)each != here) return fprintf(stderr, "error: expected %d accelerators, as on the node that leads, got %d\n", (int)each, here), 0;
  ranks.here = here, ranks.all = here * (int)nodes, ranks.first = here * (int)place;
  shared->members = place == 0 ? (int)nodes - 1 : 0;
  return place < nodes && ranks.all > 0 && takes_id(argv[3]) && (place > 0) == (strcmp(argv[3], "-") != 0);
}

static int takes_arguments(int argc, char **argv) {
  double pause;
  if (argc < 19 || !device_back_end(argv[1])) return 0;
  kernels = argv[2], dtype = argv[3], algorithm = argv[4], logs = argv[9];
  is_half = strcmp(dtype, "bf16") == 0;
  return (is_half || strcmp(dtype, "fp32") == 0) && assay_count(argv[5], 1024, 1ull << 40, &least) && assay_count(argv[6], least, 1ull << 40, &most) &&
         assay_count(argv[7], 2, 64, &factor) && assay_count(argv[8], 1, ITERATIONS_AT_MOST, &iterations) &&
         assay_number(argv[10], 0.1, 3600, &ranks.join_seconds) && takes_place(argv + 11, argc - 19) &&
         device_arguments(argc - 15, argv + 15, &ranks.call_seconds, &pause);
}

int main(int argc, char **argv) {
  shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return fprintf(stderr, "out of memory\n"), 1;
  if (!takes_arguments(argc, argv)) {
    fprintf(stderr, "usage: nccl cuda KERNELS fp32|bf16 ring|auto MIN MAX FACTOR ITERATIONS LOGS JOIN_SECONDS PLACE NODES EACH ID|- "
                    "CALL_SECONDS together 0 cold ADDRESS...\n");
    return 64;
  }
  double work_seconds = ranks.call_seconds;
  int count = 0;
  for (uint64_t bytes = least; bytes <= most; bytes *= factor, count++)
    work_seconds += (double)(WARM_UPS + iterations) * (double)bytes / 5e8 + ranks.call_seconds / 2;
  ranks.addresses = argv + 19;
  if (count > SIZES_AT_MOST) return fprintf(stderr, "expected at most %d sizes\n", SIZES_AT_MOST), 64;
  ready_seconds = 60 + 2 * ranks.join_seconds;
  pid_t watcher = watch_ranks();
  int code = each_device("together", ranks.addresses, ranks.here, 0, work_seconds / 3, measure);
  shared->is_over = 1;
  if (watcher > 0) waitpid(watcher, NULL, 0);
  if (shared->has_member_failed) fprintf(stderr, "error: %s\n", shared->why);
  return code;
}
