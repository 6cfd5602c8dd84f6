/*
 * How the command of a leader asks its agent for a launch on another member: it connects to the Unix socket `launch` in TMPDIR.
 * Request: the number of words, then for each its length and its bytes. Answer: an exit code, then the length and the bytes of a
 * text. All numbers are 32 bits, big-endian. A process that cannot ask ends with a word on stderr.
 */
#ifndef ASSAY_LAUNCH_H
#define ASSAY_LAUNCH_H

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { LAUNCH_TEXT_BYTES = 65536 };

static inline _Noreturn void launch_fail(const char *what, const char *why) {
  fprintf(stderr, "assay-launch: %s: %s\n", what, why);
  exit(1);
}

static inline void send_bytes(int connection, const void *bytes, size_t length) {
  for (const char *next = bytes; length > 0;) {
    ssize_t sent = send(connection, next, length, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) launch_fail("cannot ask the agent", strerror(errno));
    next += sent, length -= (size_t)sent;
  }
}

static inline void receive_bytes(int connection, void *bytes, size_t length) {
  for (char *next = bytes; length > 0;) {
    ssize_t received = recv(connection, next, length, 0);
    if (received < 0 && errno == EINTR) continue;
    if (received < 0) launch_fail("cannot read the answer", strerror(errno));
    if (received == 0) launch_fail("expected an answer", "the agent ended the connection");
    next += received, length -= (size_t)received;
  }
}

static inline void send_number(int connection, size_t number) {
  unsigned char bytes[4] = {(unsigned char)(number >> 24), (unsigned char)(number >> 16), (unsigned char)(number >> 8), (unsigned char)number};
  send_bytes(connection, bytes, sizeof bytes);
}

static inline uint32_t receive_number(int connection) {
  unsigned char bytes[4];
  receive_bytes(connection, bytes, sizeof bytes);
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | (uint32_t)bytes[3];
}

/* By a relative path: sun_path has 108 bytes, the agent's directories have more. */
static inline int connect_agent(void) {
  const char *directory = getenv("TMPDIR");
  if (!directory) launch_fail("expected TMPDIR", "it is not set");
  if (chdir(directory) != 0) launch_fail(directory, strerror(errno));
  struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "launch"};
  int connection = socket(AF_UNIX, SOCK_STREAM, 0);
  if (connection < 0) launch_fail("cannot open a socket", strerror(errno));
  if (connect(connection, (const struct sockaddr *)&address, sizeof address) != 0) launch_fail("cannot reach the agent", strerror(errno));
  return connection;
}

static inline void send_word(int connection, const char *word) {
  size_t length = strlen(word);
  if (length > UINT32_MAX) launch_fail("cannot ask the agent", "an argument is too long");
  send_number(connection, length);
  send_bytes(connection, word, length);
}

/* Reads the answer; `text` has room for LAUNCH_TEXT_BYTES and a zero. Returns the exit code. */
static inline int receive_answer(int connection, char *text) {
  uint32_t code = receive_number(connection), length = receive_number(connection);
  if (code > 255 || length > LAUNCH_TEXT_BYTES) launch_fail("cannot read the answer", "it is out of range");
  receive_bytes(connection, text, length);
  text[length] = 0;
  return (int)code;
}

#endif
