/*
 * The ranks of one node, each a process of its own with one device, and what they share: the communicator's id, how far each is, and
 * why all of them end. None waits without a deadline: whoever finds that it passed, or that another one's process has ended, says
 * why for all and names those that were silent; the others see it and leave too. What cannot leave is killed.
 */
#ifndef ASSAY_RANKS_H
#define ASSAY_RANKS_H

#include "../../kit/native/launch.h"
#include "nccl-calls.h"

enum stage { NOT_THERE, OPENING, JOINING, PREPARING, AT_WORK, DONE };
static const char *const stage_names[] = {"it did not begin", "opening its device", "joining the communicator", "preparing its memory",
                                          "the collectives", "done"};

/* A rank that was heard of so long ago is silent; one that could not leave so long after the others is killed. Seconds. */
static const double silent_after = 1, leave_within = 5;

static struct shared {
  volatile int has_id, is_failing, is_over;
  int members, has_member_failed; /* other nodes, which rank 0's hands the id over to */
  volatile double failed_at;
  struct nccl_id id;
  char why[1024];
  struct seat {
    volatile pid_t pid;
    volatile int stage;
    volatile double heard;
    volatile uint64_t calls;
  } seats[DEVICES_AT_MOST];
} *shared;

static struct {
  char **addresses;
  int here, first, all; /* ranks of this node, the first of them, those of all nodes */
  int index; /* of this process among those of this node */
  double join_seconds, call_seconds;
  nccl_communicator communicator;
} ranks;

static struct seat *my_seat(void) { return &shared->seats[ranks.index]; }

static void enter_stage(enum stage stage) { my_seat()->stage = (int)stage, my_seat()->heard = assay_now(); }

static inline size_t add_text(char *text, size_t room, size_t used, const char *more) {
  if (used < room) snprintf(text + used, room - used, "%s", more);
  return strlen(text);
}

/* Those of this node that are behind this one, or were not heard of: rank, place and how far each is. */
static const char *silent_ranks(void) {
  static char text[700];
  size_t used = 0;
  text[0] = 0;
  for (int i = 0; i < ranks.here; i++) {
    const struct seat *seat = &shared->seats[i], *mine = my_seat();
    int is_behind = seat->stage < mine->stage || (seat->stage == mine->stage && seat->calls < mine->calls);
    if (i == ranks.index || (!is_behind && assay_now() - seat->heard < silent_after)) continue;
    char one[160];
    snprintf(one, sizeof one, "%srank %d at %s (%s)", used ? ", " : "", ranks.first + i, ranks.addresses[i], stage_names[seat->stage]);
    used = add_text(text, sizeof text, used, one);
  }
  return text[0] ? text : ranks.here < ranks.all ? "none of this node" : "none: all wait for each other";
}

__attribute__((noreturn)) static void tell_why(int signal) {
  (void)signal;
  device_fail("%s", shared->why);
}

/*
 * Ends this rank because all of them end. The communicator is given up first, so that others find out through NCCL too; should that
 * hang as well, why it ended is told nevertheless.
 */
__attribute__((noreturn)) static void leave(void) {
  signal(SIGALRM, tell_why);
  alarm((unsigned)leave_within / 2);
  if (ranks.communicator) nccl.ncclCommAbort(ranks.communicator);
  tell_why(0);
}

/* Ends all ranks; whoever is first says why. */
__attribute__((noreturn, format(printf, 1, 2))) static void fail_all(const char *format, ...) {
  if (__sync_bool_compare_and_swap(&shared->is_failing, 0, 1)) {
    va_list list;
    va_start(list, format);
    vsnprintf(shared->why, sizeof shared->why, format, list);
    va_end(list);
    __sync_synchronize();
    shared->failed_at = assay_now();
  }
  while (shared->failed_at == 0) usleep(1000);
  leave();
}

/* Called over and over while this rank waits for others: returns if there still is something to wait for. */
static void keep_waiting(double began, double seconds) {
  struct seat *seat = my_seat();
  seat->heard = assay_now();
  if (shared->is_failing) {
    while (shared->failed_at == 0) usleep(1000);
    leave();
  }
  for (int i = 0; i < ranks.here; i++)
    if (i != ranks.index && shared->seats[i].stage < DONE && states[i] == HAS_ENDED)
      fail_all("rank %d at %s ended in %s", ranks.first + i, ranks.addresses[i], stage_names[shared->seats[i].stage]);
  if (seat->heard - began > seconds)
    fail_all("%s: no answer for %.0f s; silent: %s", stage_names[seat->stage], seconds, silent_ranks());
  usleep(50);
}

/* Waits until a call of NCCL has done what it began; an error is one of all ranks. */
static void nccl_wait(int code, const char *call, double seconds) {
  double began = assay_now();
  while (code == NCCL_IN_PROGRESS) {
    int state = 0, asked = nccl.ncclCommGetAsyncError(ranks.communicator, &state);
    code = asked != 0 ? asked : state;
    if (code == NCCL_IN_PROGRESS) keep_waiting(began, seconds);
  }
  if (code == 0) return;
  const char *last = nccl.ncclGetLastError(ranks.communicator);
  fail_all("rank %d at %s: %s: %s%s%.300s", ranks.first + ranks.index, ranks.addresses[ranks.index], call, nccl.ncclGetErrorString(code),
           last && *last ? "; " : "", last ? last : "");
}
#define NCCL(seconds, call, ...) nccl_wait(nccl.call(__VA_ARGS__), #call, seconds)

/* The id that all ranks have in common: made by the first of all, or handed over to this node. */
static void agree_on_id(double began) {
  if (ranks.first + ranks.index == 0) {
    int code = nccl.ncclGetUniqueId(&shared->id);
    if (code != 0) fail_all("ncclGetUniqueId: %s", nccl.ncclGetErrorString(code));
    __sync_synchronize();
    shared->has_id = 1;
  }
  while (!shared->has_id) keep_waiting(began, ranks.join_seconds);
}

static void join(void) {
  struct nccl_config config = {sizeof config, nccl_magic, NCCL_OLDEST, 0, NCCL_UNDEFINED};
  double began = assay_now();
  enter_stage(JOINING);
  agree_on_id(began);
  NCCL(ranks.join_seconds, ncclCommInitRankConfig, &ranks.communicator, ranks.all, shared->id, ranks.first + ranks.index, &config);
}

/* Says why all end, from beside the ranks. */
static void give_up(const char *why) {
  shared->has_member_failed = 1;
  if (!__sync_bool_compare_and_swap(&shared->is_failing, 0, 1)) return;
  snprintf(shared->why, sizeof shared->why, "%s", why);
  __sync_synchronize();
  shared->failed_at = assay_now();
}

/* Hands the id over to another node, with the number of ranks on each, and waits until that one's part has ended. */
static pid_t hand_over(int member) {
  pid_t pid = fork();
  if (pid != 0) return pid;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  static char answer[LAUNCH_TEXT_BYTES + 1], id[2 * NCCL_ID_BYTES + 1];
  char rank[16], here[16];
  for (int i = 0; i < NCCL_ID_BYTES; i++) snprintf(id + 2 * i, 3, "%02x", (unsigned char)shared->id.bytes[i]);
  snprintf(rank, sizeof rank, "%d", member), snprintf(here, sizeof here, "%d", ranks.here);
  int connection = connect_agent();
  send_number(connection, 3), send_word(connection, rank), send_word(connection, id), send_word(connection, here);
  if (receive_answer(connection, answer) != 0) give_up(answer);
  _exit(0);
}

/* Kills what cannot leave, beside the ranks: a process that hangs in a driver tells nobody. Ends with its parent. */
static pid_t watch_ranks(void) {
  fflush(NULL);
  pid_t parent = getpid(), pid = fork();
  if (pid != 0) return pid;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  int handed = 0;
  while (!shared->is_over && getppid() == parent) {
    usleep(100000);
    if (shared->has_id && !handed++)
      for (int member = 1; member <= shared->members; member++)
        if (hand_over(member) < 0) give_up("out of processes");
    if (shared->failed_at == 0 || assay_now() - shared->failed_at < leave_within) continue;
    for (int i = 0; i < ranks.here; i++)
      if (shared->seats[i].pid > 0 && shared->seats[i].stage < DONE) kill(shared->seats[i].pid, SIGKILL);
  }
  /* The others end when this node's ranks do; what they have to say of it is waited for. */
  for (double until = assay_now() + 2 * leave_within; handed && assay_now() < until && waitpid(-1, NULL, WNOHANG) >= 0;) usleep(20000);
  _exit(0);
}

#endif
