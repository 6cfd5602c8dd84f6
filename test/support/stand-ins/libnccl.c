/*
 * Stands in for NCCL in tests: ranks are processes of this machine that add what they give in memory which they share, and write a log
 * in NCCL's words. Calls only begin something, as those of a communicator that does not block; what it is at is told by
 * ncclCommGetAsyncError. It shows what our program does, and nothing about NCCL. What it plays stands in a scenario (scenario.h).
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include "scenario.h"

enum { RANKS_AT_MOST = 16, IN_PROGRESS = 7, INVALID = 4, MIN = 3, UINT64 = 5, FP32 = 7, BF16 = 9, CHANNELS = 2 };
enum { SLOT = 64 << 20, CARDS = 8 };
const int assay_stand_in = 1;

struct id { char path[128]; };
struct config { size_t size; unsigned magic, version; int blocking; };

static struct meeting { /* what all ranks share; their slots lie behind it */
  atomic_int arrived, turns, there;
  char pad[4096 - 3 * sizeof(atomic_int)];
} *meeting;
_Static_assert(sizeof(struct meeting) == 4096, "slots begin on a page");

static struct communicator {
  int ranks, rank, type, operation;
  long calls;
  const void *from;
  void *to;
  size_t count;
  atomic_int state, is_given_up;
  FILE *log;
} communicator;

static unsigned char *slot_of(int rank) { return (unsigned char *)(meeting + 1) + (size_t)rank * SLOT; }

__attribute__((format(printf, 1, 2))) static void log_line(const char *format, ...) {
  va_list list;
  if (!communicator.log) return;
  fprintf(communicator.log, "played:%d:%d [%d] NCCL INFO ", (int)getpid(), (int)getpid(), communicator.rank);
  va_start(list, format);
  vfprintf(communicator.log, format, list);
  va_end(list);
  fputc('\n', communicator.log);
  fflush(communicator.log);
}

static int is_at_fault(const char *kind, int rank) {
  return strcmp(scenario.nccl_fault, kind) == 0 && rank == scenario.nccl_rank && communicator.calls == scenario.nccl_call;
}

/* Returns when all ranks are here, or this one has given up. */
static void meet(void) {
  int turn = atomic_load(&meeting->turns);
  if (atomic_fetch_add(&meeting->there, 1) == communicator.ranks - 1) {
    atomic_store(&meeting->there, 0);
    atomic_fetch_add(&meeting->turns, 1);
  }
  while (atomic_load(&meeting->turns) == turn && !atomic_load(&communicator.is_given_up)) usleep(20);
}

static int map_meeting(const char *path, int flags) {
  int file = open(path, O_RDWR | flags, 0600);
  size_t bytes = sizeof *meeting + (size_t)RANKS_AT_MOST * SLOT;
  if (file < 0 || ftruncate(file, (off_t)bytes) != 0) return 2;
  meeting = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  return meeting == MAP_FAILED ? 2 : 0;
}

int ncclGetVersion(int *version) {
  read_scenario();
  *version = scenario.nccl_version;
  return 0;
}
const char *ncclGetErrorString(int code) { return code == INVALID ? "invalid argument" : code == 2 ? "unhandled system error" : "internal error"; }
const char *ncclGetLastError(void *its) { return its ? "" : NULL; }

/* Which interface is to be used is said of several nodes alone. */
static int is_between(void) { return scenario.nccl_between[0] && getenv("NCCL_SOCKET_IFNAME"); }

int ncclGetUniqueId(struct id *id) {
  const char *path = SCENARIO;
  memset(id, 0, sizeof *id);
  int length = is_between() ? snprintf(id->path, sizeof id->path, "%s/nccl-%d", scenario.nccl_folder, (int)getpid())
                            : snprintf(id->path, sizeof id->path, "%s.nccl-%d", path, (int)getpid());
  if (length >= (int)sizeof id->path) return 2;
  return map_meeting(id->path, O_CREAT | O_TRUNC);
}

static void tell_connections(void) {
  int next = (communicator.rank + 1) % communicator.ranks, last = (communicator.rank + communicator.ranks - 1) % communicator.ranks;
  const char *via = is_between() ? scenario.nccl_between : scenario.nccl_via;
  if (strncmp(via, "NET/IB", 6) == 0) {
    char cards[256] = "";
    for (int card = 0; card < CARDS; card++) snprintf(cards + strlen(cards), sizeof cards - strlen(cards), "[%d]mlx5_%d:1/IB ", card, card);
    log_line("NET/IB : Using %s[RO]; OOB eth0:10.0.0.1<0>", cards);
  }
  int is_network = strncmp(via, "NET/", 4) == 0;
  for (int channel = 0; channel < CHANNELS; channel++) {
    if (is_network)
      log_line("Channel %02d/0 : %d[%d] -> %d[%d] [receive] via %s", channel, last, last, communicator.rank, communicator.rank, via);
    log_line("Channel %02d/0 : %d[%d] -> %d[%d]%s via %s", channel, communicator.rank, communicator.rank, next, next, is_network ? " [send]" : "",
             via);
  }
  log_line("Connected all rings");
  log_line("comm %p rank %d nranks %d - Init COMPLETE", (void *)&communicator, communicator.rank, communicator.ranks);
}

static void *arrive(void *its) {
  meet();
  tell_connections();
  atomic_store(&communicator.state, 0);
  return its;
}

static int begin(void *(*work)(void *)) {
  pthread_t thread;
  atomic_store(&communicator.state, IN_PROGRESS);
  if (pthread_create(&thread, NULL, work, &communicator) != 0) return 2;
  pthread_detach(thread);
  return IN_PROGRESS;
}

int ncclCommInitRankConfig(struct communicator **its, int ranks, struct id id, int rank, struct config *config) {
  const char *path = getenv("NCCL_DEBUG_FILE"), *level = getenv("NCCL_DEBUG");
  if (config->magic != 0xcafebeef || config->blocking != 0 || ranks > RANKS_AT_MOST || rank < 0 || rank >= ranks) return INVALID;
  if (strcmp(scenario.nccl_fault, "absent") == 0 && rank == scenario.nccl_rank) pause();
  if (!meeting && map_meeting(id.path, 0) != 0) return 2;
  communicator.ranks = ranks, communicator.rank = rank;
  communicator.log = path && level && strcmp(level, "INFO") == 0 ? fopen(path, "w") : NULL;
  *its = &communicator;
  log_line("NCCL version %d.%d.%d+cuda12.4", scenario.nccl_version / 10000, scenario.nccl_version / 100 % 100, scenario.nccl_version % 100);
  return begin(arrive);
}
int ncclCommGetAsyncError(struct communicator *its, int *state) {
  *state = atomic_load(&its->state);
  return 0;
}
int ncclCommAbort(struct communicator *its) {
  while (strcmp(scenario.nccl_fault, "stuck") == 0) usleep(1000);
  atomic_store(&its->is_given_up, 1);
  return 0;
}
int ncclCommFinalize(struct communicator *its) { return atomic_load(&its->state); }
int ncclCommDestroy(struct communicator *its) { return its != &communicator; }

static double number_at(const void *bytes, size_t index, int type) {
  if (type == FP32) return (double)((const float *)bytes)[index];
  uint32_t word = (uint32_t)((const uint16_t *)bytes)[index] << 16;
  float number;
  memcpy(&number, &word, sizeof number);
  return (double)number;
}
static void put_number(void *bytes, size_t index, int type, double value) {
  float number = (float)value;
  uint32_t word;
  memcpy(&word, &number, sizeof word);
  if (type == FP32) ((float *)bytes)[index] = number;
  else ((uint16_t *)bytes)[index] = (uint16_t)(word >> 16);
}

/* Whose slot counts for a rank, and how often: itself once, unless the scenario says otherwise. */
static int source_for(int rank) { return is_at_fault("swapped", rank) ? (rank + 1) % communicator.ranks : rank; }
static double times_for(int rank) { return is_at_fault("lost", rank) ? 0 : is_at_fault("doubled", rank) ? 2 : 1; }

static int is_ring(void) {
  const char *forced = getenv("NCCL_ALGO");
  return forced && *forced;
}

/* Of two nodes: what each sends, by rings or by a tree, goes out evenly by all cards but the last ones that are dead, in words of four bytes. */
static void count_sent(const struct communicator *c, size_t bytes) {
  if (!is_between() || c->type == UINT64 || (c->rank != 0 && c->rank != c->ranks / 2)) return;
  int living = CARDS - scenario.nccl_dead;
  double sent = (is_ring() ? 2.0 * (c->ranks - 1) / c->ranks : 1.0) * (double)bytes;
  for (int card = 0; card < living; card++) {
    char path[128];
    long long words = 0;
    snprintf(path, sizeof path, "/sys/class/infiniband/mlx5_%d/ports/1/counters/port_xmit_data", card);
    FILE *file = fopen(path, "r+");
    if (!file) continue;
    if (fscanf(file, "%lld", &words) == 1) {
      rewind(file);
      fprintf(file, "%lld\n", words + (long long)(sent / living / 4 + 0.5));
    }
    fclose(file);
  }
}

static void *add(void *its) {
  struct communicator *c = its;
  size_t bytes = c->count * (c->type == UINT64 ? 8 : c->type == FP32 ? 4 : 2);
  memcpy(slot_of(c->rank), c->from, bytes);
  meet();
  for (size_t i = 0; i < c->count; i++) {
    double sum = 0;
    uint64_t least = ~0ull, total = 0;
    for (int rank = 0; rank < c->ranks; rank++)
      if (c->type == UINT64) {
        uint64_t number = ((uint64_t *)slot_of(rank))[i];
        least = number < least ? number : least, total += number;
      }
      else sum += times_for(rank) * number_at(slot_of(source_for(rank)), i, c->type);
    if (c->type == UINT64) ((uint64_t *)c->to)[i] = c->operation == MIN ? least : total;
    else put_number(c->to, i, c->type, sum);
  }
  count_sent(c, bytes);
  meet();
  atomic_store(&c->state, 0);
  return its;
}

int ncclAllReduce(const void *from, void *to, size_t count, int type, int operation, struct communicator *its, void *stream) {
  int is_sum = type != UINT64;
  size_t bytes = count * (type == UINT64 ? 8 : type == FP32 ? 4 : 2);
  if (stream || bytes > SLOT || (type != UINT64 && type != FP32 && type != BF16) || (is_sum && operation != 0)) return INVALID;
  its->from = from, its->to = to, its->count = count, its->type = type, its->operation = operation;
  its->calls += is_sum;
  if (is_sum && (is_at_fault("hang", its->rank) || is_at_fault("stuck", its->rank))) pause();
  if (its->rank == 0)
    log_line("AllReduce: %zu Bytes -> Algo %s proto SIMPLE channel{Lo..Hi}={0..%d}", bytes, is_ring() ? "RING" : is_between() ? "TREE" : "NVLS", CHANNELS - 1);
  return begin(add);
}
