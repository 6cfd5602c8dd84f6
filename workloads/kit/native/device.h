/*
 * What our programs for accelerators have in common: each device is measured by a process of its own, so that a driver which
 * hangs or crashes takes its own result and nobody else's. A program says what it does with one device; all of them begin
 * together, or one after the other. What it prints is one JSON document with one object for each device, in the order asked for.
 */
#ifndef ASSAY_DEVICE_H
#define ASSAY_DEVICE_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "assay.h"

enum { DEVICES_AT_MOST = 64, TEXT_AT_MOST = 32768 };

/* What a device may take until it is ready to be timed, its compiler included; what it may take then follows from what is asked. */
#ifndef READY_SECONDS
#define READY_SECONDS 60
#endif

/* What a device may take until it is as warm as it gets. */
#ifndef WARM_AT_MOST
#define WARM_AT_MOST 600
#endif
/* Whether devices are to be warm before they are timed: the program's argument. */
static int is_to_be_steady;
/* How far each device is, for the others: those that have ended wait for nobody, and nobody for them. */
enum { IS_WARMING, IS_WARM, HAS_ENDED };
static volatile int *states;
static int states_count;

/* The first one that sees all of them warm says so to all, for good: one may fall back to warming before another has looked. */
enum { ARE_WARM = DEVICES_AT_MOST, STATES };
static inline int all_are_warm(void) {
  for (int i = 0; i < states_count && !states[ARE_WARM]; i++)
    if (states[i] == IS_WARMING) return 0;
  return states[ARE_WARM] = 1;
}

/* Where the process of one device says what it found, and waits for the others. */
static struct {
  FILE *out;
  int go;
  const char *address;
  volatile int *state;
  int is_ready, is_stand_in; /* a library that stands in for a driver's (accelerator.h) */
  int is_hosts; /* what fails now is the host's fault, and no device's */
} device_turn;

/*
 * What a process says first, so that it is known even of one that is killed: that it is ready to be timed, on a real device or not;
 * or nothing of that kind, since something failed before.
 */
enum { READY = '+', READY_ON_STAND_IN = '~', FAILED = '-' };

/* Whether anything was measured, as a failure says it. */
static const char *outcome_of(int is_ready, int is_stand_in) {
  if (!is_ready) return "\"measured\":false";
  return is_stand_in ? "\"measured\":true,\"standIn\":true" : "\"measured\":true,\"standIn\":false";
}

/* Ends the process of a device: what went wrong, and nothing else, is its result. */
__attribute__((noreturn, format(printf, 1, 2))) static void device_fail(const char *format, ...) {
  char text[4096], json[sizeof text + 64], address[128];
  va_list list;
  va_start(list, format);
  vsnprintf(text, sizeof text, format, list);
  va_end(list);
  if (!device_turn.is_ready) fputc(FAILED, device_turn.out);
  fprintf(device_turn.out, "{\"address\":%s,%s,\"error\":%s}\n", assay_json(address, sizeof address, device_turn.address),
          outcome_of(device_turn.is_ready && !device_turn.is_hosts, device_turn.is_stand_in), assay_json(json, sizeof json, text));
  fflush(device_turn.out);
  _exit(0);
}

/* Called when all is built, checked and warm: returns when the others are as far, or gone. */
static void device_ready(void) {
  char nothing;
  device_turn.is_ready = 1;
  fputc(device_turn.is_stand_in ? READY_ON_STAND_IN : READY, device_turn.out);
  fflush(device_turn.out);
  while (read(device_turn.go, &nothing, 1) < 0 && errno == EINTR) {}
}

struct child {
  pid_t pid;
  int from, is_ready, has_ended, was_late;
  size_t used;
  char text[TEXT_AT_MOST];
};

/* Closed in compilers and daemons that a driver starts: a pipe that one of them holds would never end. */
static int open_pipe(int ends[2]) {
  return pipe(ends) == 0 && fcntl(ends[0], F_SETFD, FD_CLOEXEC) == 0 && fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0;
}

/* Everything that a driver prints goes to stderr; the result has a pipe of its own. */
static int start_child(struct child *child, const char *address, volatile int *state, int go[2], void (*measure)(const char *)) {
  int say[2];
  if (!open_pipe(say)) return 0;
  fflush(NULL);
  child->pid = fork();
  if (child->pid == 0) {
    close(say[0]), close(go[1]);
    prctl(PR_SET_NAME, address); /* by which the agent ends the process of a device that gets too hot (agents/exec) */
    dup2(2, 1);
    device_turn.out = fdopen(say[1], "w"), device_turn.go = go[0], device_turn.address = address;
    device_turn.state = state;
    if (!device_turn.out) _exit(1);
    measure(address);
    fflush(device_turn.out);
    _exit(0);
  }
  close(say[1]);
  child->from = say[0];
  if (child->pid < 0) close(say[0]);
  return child->pid > 0;
}

static void hear(struct child *child) {
  ssize_t got = child->used < TEXT_AT_MOST - 1 ? read(child->from, child->text + child->used, TEXT_AT_MOST - 1 - child->used) : 0;
  if (got < 0 && errno == EINTR) return;
  if (got <= 0) {
    child->has_ended = 1;
    close(child->from);
    return;
  }
  child->used += (size_t)got;
  child->is_ready = 1; /* its first byte says whether it is, or why it will not be */
}

/* The object of one device: its own words, else how its process ended. Its first byte was for us. */
static void tell(const struct child *child, const char *address, int status) {
  char json[128];
  const char *text = child->used > 0 ? child->text + 1 : "";
  size_t length = strlen(text);
  if (!child->was_late && WIFEXITED(status) && WEXITSTATUS(status) == 0 && length > 2 && text[0] == '{' && text[length - 1] == '\n') {
    fwrite(text, 1, length - 1, stdout);
    return;
  }
  int first = child->used > 0 ? child->text[0] : FAILED;
  /* Whoever ends a process by these, the host short of memory or an operator, it is no device. */
  int by_others = !child->was_late && WIFSIGNALED(status) && (WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGTERM);
  printf("{\"address\":%s,%s,\"error\":\"", assay_json(json, sizeof json, address),
         outcome_of(first != FAILED && !by_others, first == READY_ON_STAND_IN));
  if (child->was_late) printf("its process did not end in time");
  else if (WIFSIGNALED(status)) printf("its process was ended: %s", strsignal(WTERMSIG(status)));
  else printf("its process ended with %d and without a result", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
  printf("\"}");
}

/* Waits for a process whose pipe is closed; one that not even SIGKILL ends, because its driver holds it, is left behind. */
static int reap(struct child *child) {
  int status = 0;
  for (int i = 0; i < 200; i++) {
    if (i == 100) kill(child->pid, SIGKILL), child->was_late = 1;
    if (waitpid(child->pid, &status, WNOHANG) != 0) return status;
    usleep(20000);
  }
  child->was_late = 1;
  return status;
}

static void end_late(struct child *children, int count, int even_ready) {
  for (int i = 0; i < count; i++)
    if (!children[i].has_ended && !children[i].was_late && (even_ready || !children[i].is_ready))
      kill(children[i].pid, SIGKILL), children[i].was_late = 1;
}

/*
 * Measures some devices at a time, and prints their objects. Those that are not ready in time are left behind, and cost the
 * others nothing of the time that they have for their work.
 */
static void measure_devices(char **addresses, int count, double work_seconds, void (*measure)(const char *)) {
  struct child *children = calloc((size_t)count, sizeof *children);
  int go[2], running = 0, is_held = 1;
  if (!children || !open_pipe(go)) fprintf(stderr, "out of memory or descriptors\n"), exit(1);
  states = mmap(NULL, sizeof *states * STATES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), states_count = count;
  if (states == MAP_FAILED) fprintf(stderr, "out of memory\n"), exit(1);
  for (int i = 0; i < count; i++) {
    if (start_child(&children[i], addresses[i], &states[i], go, measure)) running++;
    else children[i].has_ended = 1, states[i] = HAS_ENDED;
  }
  close(go[0]);
  double deadline = assay_now() + READY_SECONDS;
  while (running > 0) {
    struct pollfd polled[DEVICES_AT_MOST];
    int waiting = 0;
    for (int i = 0; i < count; i++) {
      polled[i] = (struct pollfd){.fd = children[i].has_ended ? -1 : children[i].from, .events = POLLIN};
      waiting += !children[i].has_ended && !children[i].is_ready;
    }
    double left = deadline - assay_now();
    if (is_held && (waiting == 0 || left <= 0)) {
      end_late(children, count, 0);
      close(go[1]), is_held = 0;
      left = work_seconds, deadline = assay_now() + left;
    } else if (left <= 0) {
      end_late(children, count, 1);
      if (left < -5) break; /* its pipe is held open by what cannot be killed */
    }
    if (poll(polled, (nfds_t)count, left > 0.2 ? (int)(left * 1000) : 200) < 0 && errno != EINTR) break;
    for (int i = 0; i < count; i++)
      if (polled[i].fd >= 0 && polled[i].revents) {
        hear(&children[i]);
        running -= children[i].has_ended;
        if (children[i].has_ended) states[i] = HAS_ENDED;
      }
  }
  if (is_held) close(go[1]);
  for (int i = 0; i < count; i++) {
    if (i > 0) printf(",\n");
    tell(&children[i], addresses[i], children[i].pid > 0 ? reap(&children[i]) : -1);
  }
  munmap((void *)states, sizeof *states * STATES);
  free(children);
}

/*
 * Measures every device, `together` or `alone`, one after the other with `pause` seconds before each, and prints the document.
 * Its work may take three times the `seconds` that are timed and half a minute, after it is warm.
 */
static int each_device(const char *concurrency, char **addresses, int count, double pause, double seconds, void (*measure)(const char *)) {
  char compiler[256];
  if (count < 1 || count > DEVICES_AT_MOST) return fprintf(stderr, "expected 1 to %d devices\n", DEVICES_AT_MOST), 64;
  double work_seconds = 30 + 3 * seconds + (is_to_be_steady ? WARM_AT_MOST : 0);
  signal(SIGPIPE, SIG_IGN);
  printf("{\"compiler\":%s,\"concurrency\":\"%s\",\"asked\":%d,\"devices\":[\n", assay_json(compiler, sizeof compiler, __VERSION__), concurrency, count);
  if (strcmp(concurrency, "together") == 0) measure_devices(addresses, count, work_seconds, measure);
  else
    for (int i = 0; i < count; i++) {
      if (i > 0) printf(",\n"), fflush(stdout);
      usleep((useconds_t)(pause * 1e6)); /* before the first one too: the step before may have ended a moment ago */
      measure_devices(addresses + i, 1, work_seconds, measure);
    }
  printf("\n]}\n");
  return 0;
}

/* The last arguments of every program: `SECONDS together|alone PAUSE cold|steady ADDRESS…`, from `argv` on; 0: they are not. */
static int device_arguments(int argc, char **argv, double *seconds, double *pause) {
  is_to_be_steady = argc > 3 && strcmp(argv[3], "steady") == 0;
  return argc > 4 && (is_to_be_steady || strcmp(argv[3], "cold") == 0) && assay_number(argv[0], 0.1, 3600, seconds) &&
         (strcmp(argv[1], "together") == 0 || strcmp(argv[1], "alone") == 0) && assay_number(argv[2], 0, 60, pause);
}

#endif
