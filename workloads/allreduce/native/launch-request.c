/*
 * What mpirun starts in place of ssh (plm_rsh_agent): hands its arguments to the agent of this node, which listens on
 * the Unix socket `launch` in TMPDIR, and ends as the answer says. It starts nothing itself.
 *
 * Request: the number of words, then for each its length and its bytes. Answer: an exit code, then the length and the
 * bytes of a text for stderr. All numbers are 32 bits, big-endian. One word is ours: the version of Open MPI here, last.
 * What its own daemons compare is "4.0.0", in 4.1.4 too.
 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <mpi.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#if !defined(OMPI_MAJOR_VERSION) || OMPI_MAJOR_VERSION != 4
#error expected Open MPI 4.x: not available with this version of MPI
#endif
#define TEXT_OF(number) #number
#define VERSION_TEXT(major, minor, release) "open-mpi=" TEXT_OF(major) "." TEXT_OF(minor) "." TEXT_OF(release)

enum { TEXT_BYTES = 65536 };

static _Noreturn void fail(const char *what, const char *why) {
  fprintf(stderr, "assay-launch: %s: %s\n", what, why);
  exit(1);
}

static void send_bytes(int connection, const void *bytes, size_t length) {
  for (const char *next = bytes; length > 0;) {
    ssize_t sent = send(connection, next, length, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) fail("cannot ask the agent", strerror(errno));
    next += sent, length -= (size_t)sent;
  }
}

static void receive_bytes(int connection, void *bytes, size_t length) {
  for (char *next = bytes; length > 0;) {
    ssize_t received = recv(connection, next, length, 0);
    if (received < 0 && errno == EINTR) continue;
    if (received < 0) fail("cannot read the answer", strerror(errno));
    if (received == 0) fail("expected an answer", "the agent ended the connection");
    next += received, length -= (size_t)received;
  }
}

static void send_number(int connection, size_t number) {
  unsigned char bytes[4] = {(unsigned char)(number >> 24), (unsigned char)(number >> 16), (unsigned char)(number >> 8), (unsigned char)number};
  send_bytes(connection, bytes, sizeof bytes);
}

static uint32_t receive_number(int connection) {
  unsigned char bytes[4];
  receive_bytes(connection, bytes, sizeof bytes);
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | (uint32_t)bytes[3];
}

/* mpirun ends its agents with SIGTERM: whatever it did to that signal itself, here it has its usual effect. */
static void obey_termination(void) {
  struct sigaction action = {.sa_handler = SIG_DFL};
  sigset_t signals;
  if (sigemptyset(&action.sa_mask) != 0 || sigaction(SIGTERM, &action, NULL) != 0 || sigemptyset(&signals) != 0 ||
      sigaddset(&signals, SIGTERM) != 0 || sigprocmask(SIG_UNBLOCK, &signals, NULL) != 0)
    fail("cannot reset SIGTERM", strerror(errno));
}

/* By a relative path: sun_path has 108 bytes, the agent's directories have more. */
static int connect_agent(void) {
  const char *directory = getenv("TMPDIR");
  if (!directory) fail("expected TMPDIR", "it is not set");
  if (chdir(directory) != 0) fail(directory, strerror(errno));
  struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "launch"};
  int connection = socket(AF_UNIX, SOCK_STREAM, 0);
  if (connection < 0) fail("cannot open a socket", strerror(errno));
  if (connect(connection, (const struct sockaddr *)&address, sizeof address) != 0) fail("cannot reach the agent", strerror(errno));
  return connection;
}

static void send_word(int connection, const char *word) {
  size_t length = strlen(word);
  if (length > UINT32_MAX) fail("cannot ask the agent", "an argument is too long");
  send_number(connection, length);
  send_bytes(connection, word, length);
}

int main(int argc, char **argv) {
  if (argc < 3) {
    fprintf(stderr, "usage: launch-request HOST WORD...\n");
    return 2;
  }
  obey_termination();
  int connection = connect_agent();
  send_number(connection, (size_t)argc);
  for (int i = 1; i < argc; i++) send_word(connection, argv[i]);
  send_word(connection, VERSION_TEXT(OMPI_MAJOR_VERSION, OMPI_MINOR_VERSION, OMPI_RELEASE_VERSION));
  uint32_t code = receive_number(connection), length = receive_number(connection);
  static char text[TEXT_BYTES];
  if (code > 255 || length > sizeof text) fail("cannot read the answer", "it is out of range");
  receive_bytes(connection, text, length);
  if (length > 0) fprintf(stderr, "%.*s%s", (int)length, text, text[length - 1] == '\n' ? "" : "\n");
  return (int)code;
}
