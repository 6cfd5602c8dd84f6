/*
 * What the stand-ins for drivers and for nvidia-smi play together: one scenario, and what has happened since, which all processes
 * share. The scenario is the file SCENARIO (or of the environment, ASSAY_STAND_IN): lines of a key and values. An unknown
 * key, or one with too few or too many values, aborts: a mistyped fault would be a healthy device.
 *   gpu ADDRESS                 a device at this PCI address; the lines after it are about it, until the next one
 *   absent                      it is on the bus, and the driver has it not
 *   memory BYTES                what it has (256 MiB)
 *   lost LAUNCHES               after so many launches it is gone for every process
 *   flip LAUNCH OFFSET          after this launch one bit at this offset of its memory is the other way round, once
 *   unlinked                    no other device has a direct way to it, nor it to them (libcuda)
 *   garble COPY                 from this copy to another device on, each has one bit changed at its end (libcuda)
 *   wrong                       every small result that is read back has one bit changed (OpenCL)
 *   errors LAUNCH               at this launch, memory errors that cannot be corrected: one, volatile and aggregate
 *   aggregate LAUNCH            the same, of which the volatile counter knows nothing
 *   heat IDLE LOADED LIMIT      its degrees, without a process and with one, and where its driver slows it down
 *   power WATTS DEFAULT         its limit
 *   draws WATTS                 what it draws under load (as much as its limit lets it)
 *   uuid UUID                   its own (one that is made of its address)
 *   swap LAUNCH UUID            from this launch on it is another one
 *   mig                         it is divided
 *   process PID NAME MEBIBYTES  somebody computes on it
 *   fabric                      it has one, which is as it should be
 *   recovery WORDS              what the driver says has to be done about it
 *   sick                        every getter answers `Unknown Error`
 * and, as its management library tells (libnvidia-ml.c):
 *   xid NUMBER LAUNCH           at this launch its driver reports this Xid (up to four of them)
 *   no-events                   nobody may ask for its events
 *   overflow LAUNCH             from this launch on its events cannot be had any more
 *   throttle LAUNCH SECONDS     at this launch it was slowed down by heat for so long
 *   remap WORD                  a row is to be remapped (`pending`), or could not be (`failed`)
 *   sram                        its SRAM has had more errors than it may
 *   action NUMBER               what its driver says has to be done about it
 *   links COUNT ACTIVE          its NVLinks (none)
 *   link-errors LAUNCH COUNT    at this launch, errors of them
 *   loaded-link GENERATION WIDTH  what its PCIe link is under load (4, 16, which it is at rest)
 *   margin CELSIUS              under load, to where its driver slows it down (30)
 *   old                         its driver counts no slowdowns and tells no margin
 *   reset LAUNCH                at this launch all that it has counted begins anew
 *   product MICROSECONDS        what one matrix product takes (2000; libcublasLt)
 *   bit PRODUCT                 in this product that sums in one order one bit is the other way round, once (libcublasLt)
 *   bits                        in all of these, the same one (libcublasLt)
 * And about all:
 *   cpu                         a device that says it is a GPU and reports no address (OpenCL)
 *   no-platform                 OpenCL knows none
 *   no-driver                   nvidia-smi finds no driver
 *   reports ADDRESS             what every device says when it is asked for its address (libcuda)
 *   ptx VERSION                 newest PTX that is taken (libcuda)
 *   cublaslt MAJOR MINOR PATCH  which version it says it is (13 1 1; libcublasLt)
 *   refuses TYPE                it has no algorithm for matrices of this type, a number of library_types.h (libcublasLt)
 *   splits                      each of its algorithms splits its sums (libcublasLt)
 *   fail NAME CODE CALL         from its CALL-th call on (1: always), this function and all after it fail (libcuda)
 *   nccl-version NUMBER         as ncclGetVersion says it (22501)
 *   nccl-via WORDS              how ranks reach each other, as NCCL's log has it (P2P/CUMEM)
 *   nccl-between WORDS FOLDER   how ranks of several nodes reach each other (NET/IB/0/GDRDMA), who meet in a folder that all of these see;
 *                               what they send is counted by eight cards below /sys/class/infiniband (play-rails.ts)
 *   nccl-dead COUNT             of these cards, how many send nothing, and leave it to the others
 *   nccl-fault KIND RANK CALL   what this rank does in its CALL-th sum: `hang`, or what it gives is `lost`, `doubled`, or `swapped`
 *                               for another copy of the next rank's; `stuck` hangs, and no rank gets out; `absent` never joins (libnccl)
 */
#ifndef SCENARIO_H
#define SCENARIO_H

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef SCENARIO
#define SCENARIO getenv("ASSAY_STAND_IN")
#endif

enum { GPUS_AT_MOST = 16 };

struct gpu {
  char address[32], uuid[64], other_uuid[64], process[64], recovery[64];
  long lost, flip, garble, errors, aggregate, swap, process_pid, process_mebibytes, product, bit;
  int is_absent, is_wrong, is_unlinked, is_partitioned, is_sick, has_fabric, has_other_bits, idle_degrees, loaded_degrees, limit_degrees;
  size_t flip_offset;
  uint64_t memory;
  double watts, default_watts, draws;
  struct { unsigned number; long launch; } xids[4];
  int xid_count, has_no_events, is_old, remap, is_over, action, links, active_links, generation, width, margin;
  long overflow, throttle, throttle_seconds, link_errors, link_error_count, reset;
};

static struct {
  struct gpu gpus[GPUS_AT_MOST];
  int count, has_platform, has_driver, newest_ptx, fail_code, fail_call, cublaslt[3], refused_type, splits;
  char reports[32], fail_name[64];
  int nccl_version, nccl_rank, nccl_call, nccl_dead;
  char nccl_via[64], nccl_between[64], nccl_folder[128], nccl_fault[16];
} scenario = {.has_platform = 1, .has_driver = 1, .newest_ptx = 90, .nccl_version = 22501, .nccl_via = "P2P/CUMEM",
              .cublaslt = {13, 1, 1}, .refused_type = -1};

/* What has happened to each device since the file was made, whoever did it. A driver that is loaded again forgets `volatile_errors`. */
_Static_assert(sizeof(long) == 8, "play-accelerators.ts reads it");
static struct happened {
  long launches, volatile_errors, aggregate_errors;
  int is_lost;
  pid_t user; /* the latest process that computes on it */
} *happened;

__attribute__((noreturn)) static void reject(const char *why, const char *line) {
  fprintf(stderr, "stand-in: %s: %s\n", why, line);
  abort();
}

static void share_state(const char *path) {
  char name[4096];
  snprintf(name, sizeof name, "%s.state", path);
  int file = open(name, O_RDWR | O_CREAT, 0666);
  if (file < 0 || ftruncate(file, sizeof *happened * GPUS_AT_MOST) != 0) reject("no state that processes share", name);
  happened = mmap(NULL, sizeof *happened * GPUS_AT_MOST, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (happened == MAP_FAILED) reject("no state that processes share", name);
  close(file);
}

static int read_about(struct gpu *gpu, const char *key, const char *rest) {
  int end = -1;
  const char *values = rest;
#define IS(name, format, ...) (strcmp(key, name) == 0 && (sscanf(values, format " %n", __VA_ARGS__, &end), end >= 0) && !values[end])
#define IS_ALONE(name) (strcmp(key, name) == 0 && !*values)
  if (IS_ALONE("absent")) gpu->is_absent = 1;
  else if (IS_ALONE("wrong")) gpu->is_wrong = 1;
  else if (IS_ALONE("unlinked")) gpu->is_unlinked = 1;
  else if (IS_ALONE("mig")) gpu->is_partitioned = 1;
  else if (IS_ALONE("sick")) gpu->is_sick = 1;
  else if (IS_ALONE("bits")) gpu->has_other_bits = 1;
  else if (IS_ALONE("fabric")) gpu->has_fabric = 1;
  else if (IS("product", "%ld", &gpu->product)) {}
  else if (IS("bit", "%ld", &gpu->bit)) {}
  else if (IS("memory", "%lu", &gpu->memory)) {}
  else if (IS("lost", "%ld", &gpu->lost)) {}
  else if (IS("garble", "%ld", &gpu->garble)) {}
  else if (IS("flip", "%ld %zu", &gpu->flip, &gpu->flip_offset)) {}
  else if (IS("errors", "%ld", &gpu->errors)) {}
  else if (IS("aggregate", "%ld", &gpu->aggregate)) {}
  else if (IS("heat", "%d %d %d", &gpu->idle_degrees, &gpu->loaded_degrees, &gpu->limit_degrees)) {}
  else if (IS("power", "%lf %lf", &gpu->watts, &gpu->default_watts)) {}
  else if (IS("draws", "%lf", &gpu->draws)) {}
  else if (IS("uuid", "%63s", gpu->uuid)) {}
  else if (IS("swap", "%ld %63s", &gpu->swap, gpu->other_uuid)) {}
  else if (IS("process", "%ld %63s %ld", &gpu->process_pid, gpu->process, &gpu->process_mebibytes)) {}
  else if (IS_ALONE("no-events")) gpu->has_no_events = 1;
  else if (IS_ALONE("sram")) gpu->is_over = 1;
  else if (IS_ALONE("old")) gpu->is_old = 1;
  else if (strcmp(key, "remap") == 0 && strcmp(rest, "pending") == 0) gpu->remap = 1;
  else if (strcmp(key, "remap") == 0 && strcmp(rest, "failed") == 0) gpu->remap = 2;
  else if (gpu->xid_count < 4 && IS("xid", "%u %ld", &gpu->xids[gpu->xid_count].number, &gpu->xids[gpu->xid_count].launch)) gpu->xid_count++;
  else if (IS("overflow", "%ld", &gpu->overflow)) {}
  else if (IS("throttle", "%ld %ld", &gpu->throttle, &gpu->throttle_seconds)) {}
  else if (IS("action", "%d", &gpu->action)) {}
  else if (IS("links", "%d %d", &gpu->links, &gpu->active_links)) {}
  else if (IS("link-errors", "%ld %ld", &gpu->link_errors, &gpu->link_error_count)) {}
  else if (IS("loaded-link", "%d %d", &gpu->generation, &gpu->width)) {}
  else if (IS("margin", "%d", &gpu->margin)) {}
  else if (IS("reset", "%ld", &gpu->reset)) {}
  else if (strcmp(key, "recovery") == 0 && *rest) snprintf(gpu->recovery, sizeof gpu->recovery, "%s", rest);
  else return 0;
  return 1;
}

static int read_about_all(const char *key, const char *values) {
  int end = -1;
  double version = 0;
  if (IS_ALONE("no-platform")) scenario.has_platform = 0;
  else if (IS_ALONE("no-driver")) scenario.has_driver = 0;
  else if (IS_ALONE("cpu") && scenario.count < GPUS_AT_MOST) scenario.gpus[scenario.count++].memory = 256 << 20;
  else if (IS("reports", "%31s", scenario.reports)) {}
  else if (IS("ptx", "%lf", &version)) scenario.newest_ptx = (int)(10 * version + 0.5);
  else if (IS_ALONE("splits")) scenario.splits = 1;
  else if (IS("cublaslt", "%d %d %d", &scenario.cublaslt[0], &scenario.cublaslt[1], &scenario.cublaslt[2])) {}
  else if (IS("refuses", "%d", &scenario.refused_type)) {}
  else if (IS("fail", "%63s %d %d", scenario.fail_name, &scenario.fail_code, &scenario.fail_call)) {}
  else if (IS("nccl-version", "%d", &scenario.nccl_version)) {}
  else if (IS("nccl-via", "%63s", scenario.nccl_via)) {}
  else if (IS("nccl-dead", "%d", &scenario.nccl_dead)) {}
  else if (IS("nccl-between", "%63s %127s", scenario.nccl_between, scenario.nccl_folder)) {}
  else if (IS("nccl-fault", "%15s %d %d", scenario.nccl_fault, &scenario.nccl_rank, &scenario.nccl_call)) {}
  else return 0;
  return 1;
#undef IS
#undef IS_ALONE
}

static void read_scenario(void) {
  char line[256], key[32];
  const char *path = SCENARIO;
  FILE *file = path ? fopen(path, "r") : NULL;
  if (!file) reject("cannot read the scenario", path ? path : "ASSAY_STAND_IN is not set");
  while (fgets(line, sizeof line, file)) {
    int at = 0;
    line[strcspn(line, "\n")] = 0;
    if (!line[0]) continue;
    if (sscanf(line, "%31s %n", key, &at) != 1) reject("unknown line in the scenario", line);
    const char *values = line + at;
    if (strcmp(key, "gpu") == 0 && *values && scenario.count < GPUS_AT_MOST) {
      struct gpu *gpu = &scenario.gpus[scenario.count++];
      *gpu = (struct gpu){.memory = 256 << 20, .flip = -1, .idle_degrees = 35, .loaded_degrees = 60, .limit_degrees = 95,
                          .watts = 350, .default_watts = 350, .generation = 4, .width = 16, .margin = 30, .product = 2000};
      snprintf(gpu->address, sizeof gpu->address, "%.31s", values);
      snprintf(gpu->uuid, sizeof gpu->uuid, "GPU-%.31s", values);
    } else if (!read_about_all(key, values) && (scenario.count == 0 || !read_about(&scenario.gpus[scenario.count - 1], key, values)))
      reject("unknown line in the scenario", line);
  }
  fclose(file);
  share_state(path);
}

/* One launch on a device: what the scenario has for it happens. Returns whether the device is still there. */
__attribute__((unused)) static int launch_on(int index) {
  const struct gpu *gpu = &scenario.gpus[index];
  struct happened *its = &happened[index];
  if (its->is_lost) return 0;
  its->user = getpid();
  long launch = ++its->launches;
  if (launch == gpu->errors) its->volatile_errors++, its->aggregate_errors++;
  if (launch == gpu->aggregate) its->aggregate_errors++;
  if (gpu->lost && launch > gpu->lost) its->is_lost = 1;
  return !its->is_lost;
}

/* Whether a process computes on it. */
__attribute__((unused)) static int is_loaded(int index) {
  pid_t user = happened[index].user;
  return user != 0 && (kill(user, 0) == 0);
}

#endif
