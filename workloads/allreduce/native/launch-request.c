/*
 * What mpirun starts in place of ssh (plm_rsh_agent): hands its arguments to the agent of this node (kit/native/launch.h), and
 * ends as the answer says. It starts nothing itself. One word is ours: the version of Open MPI here, last. What its own daemons
 * compare is "4.0.0", in 4.1.4 too.
 */
#define _POSIX_C_SOURCE 200809L
#include <mpi.h>
#include <signal.h>
#include "../../kit/native/launch.h"

#if !defined(OMPI_MAJOR_VERSION) || OMPI_MAJOR_VERSION != 4
#error expected Open MPI 4.x: not available with this version of MPI
#endif
#define TEXT_OF(number) #number
#define VERSION_TEXT(major, minor, release) "open-mpi=" TEXT_OF(major) "." TEXT_OF(minor) "." TEXT_OF(release)

/* mpirun ends its agents with SIGTERM: whatever it did to that signal itself, here it has its usual effect. */
static void obey_termination(void) {
  struct sigaction action = {.sa_handler = SIG_DFL};
  sigset_t signals;
  if (sigemptyset(&action.sa_mask) != 0 || sigaction(SIGTERM, &action, NULL) != 0 || sigemptyset(&signals) != 0 ||
      sigaddset(&signals, SIGTERM) != 0 || sigprocmask(SIG_UNBLOCK, &signals, NULL) != 0)
    launch_fail("cannot reset SIGTERM", strerror(errno));
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
  static char text[LAUNCH_TEXT_BYTES + 1];
  int code = receive_answer(connection, text);
  size_t length = strlen(text);
  if (length > 0) fprintf(stderr, "%s%s", text, text[length - 1] == '\n' ? "" : "\n");
  return code;
}
