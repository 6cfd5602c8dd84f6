/* One perftest from its beginning to its end: what it printed, how it ended, and whether it met the other side. */
#ifndef ASSAY_RDMA_RUN_TEST_H
#define ASSAY_RDMA_RUN_TEST_H

enum { REPORT_BYTES = 16384, SAID_BYTES = 400 };
static struct { char report[REPORT_BYTES + 1], said[SAID_BYTES + 1]; size_t report_used, said_used; int code, is_connected; } ran;

static void append(int pipe_end, char *text, size_t *used, size_t room, int *is_open) {
  char piece[4096];
  ssize_t got = read(pipe_end, piece, sizeof piece);
  if (got <= 0 && !(got < 0 && (errno == EINTR || errno == EAGAIN))) *is_open = 0;
  if (got <= 0) return;
  size_t take = (size_t)got < room - *used ? (size_t)got : room - *used;
  memcpy(text + *used, piece, take);
  text[*used += take] = 0;
}

/* Whether a connection over a port of TCP stands (state 01), to it or from it. */
static int is_connected(uint64_t port) {
  static const char *const tables[] = {"/proc/net/tcp", "/proc/net/tcp6"};
  int is_found = 0;
  for (size_t i = 0; i < COUNT_OF(tables) && !is_found; i++) {
    FILE *table = fopen(tables[i], "re");
    char line[512];
    unsigned from, to, state;
    while (table && !is_found && fgets(line, sizeof line, table))
      is_found = sscanf(line, " %*u: %*[0-9A-F]:%x %*[0-9A-F]:%x %x", &from, &to, &state) == 3 && state == 1 && (from == port || to == port);
    if (table) fclose(table);
  }
  return is_found;
}

/*
 * Both ends of perftest say who they are once they have met, but into a pipe only when they end; as long as they are at work they
 * keep the connection by which they met.
 */
static int has_met(uint64_t port) {
  return ran.is_connected || strstr(ran.report, "local address") || (port && (ran.is_connected = is_connected(port)));
}

/* Runs one perftest to its end; it is ended when it met nobody by `meet_by`, or has not ended by `end_by`. */
static void run_test(char *const *words, uint64_t port, double meet_by, double end_by) {
  int out[2], err[2];
  memset(&ran, 0, sizeof ran);
  ran.code = -1;
  if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) launch_fail("cannot make a pipe", strerror(errno));
  pid_t child = fork();
  if (child < 0) launch_fail("cannot fork", strerror(errno));
  if (child == 0) {
    setenv("LC_ALL", "C", 1);
    if (dup2(out[1], 1) < 0 || dup2(err[1], 2) < 0) _exit(127);
    execvp(words[0], words);
    dprintf(2, "%s: %s\n", words[0], strerror(errno));
    _exit(127);
  }
  close(out[1]), close(err[1]);
  for (int is_out = 1, is_err = 1; is_out || is_err;) {
    struct pollfd ends[2] = {{is_out ? out[0] : -1, POLLIN, 0}, {is_err ? err[0] : -1, POLLIN, 0}};
    if (poll(ends, 2, 100) > 0) {
      if (ends[0].revents) append(out[0], ran.report, &ran.report_used, REPORT_BYTES, &is_out);
      if (ends[1].revents) append(err[0], ran.said, &ran.said_used, SAID_BYTES, &is_err);
    }
    double now = assay_now();
    if (now > end_by || (!has_met(port) && now > meet_by)) {
      kill(child, SIGKILL);
      const char *why = now > end_by ? "it did not end in its time" : "the other side did not come";
      ran.said_used = (size_t)snprintf(ran.said, sizeof ran.said, "%s", why);
      break;
    }
  }
  close(out[0]), close(err[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#endif
