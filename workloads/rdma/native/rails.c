/*
 * Runs perftest between two nodes, rail by rail: each card for RDMA of the first node against the one at the same place on the other.
 *
 *   rails lead|follow PEER bandwidth|latency BYTES QUEUE_PAIRS AMOUNT JOIN PORT COUNT CARDS
 *
 * Both go through the same list, one port of TCP for each test, so that nobody answers for another test. The one that leads hands the
 * first port and the number of cards over (kit/native/launch.h). Of bandwidth there are two tests for each rail: `out`, where the one
 * that leads is the client and so the sender, then `in`. AMOUNT is seconds, or iterations of a latency. JOIN is how long a client looks
 * for its server. CARDS is `-`, or their names with commas. What is printed: one JSON document, with what perftest said, unedited, and
 * what the port counted before and after each test.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include "../../kit/native/assay.h"
#include "../../kit/native/launch.h"
#include "cards.h"
#include "run-test.h"

enum { FIRST_PORT = 20000, PORTS = 12000 };

static struct { const char *peer; int is_latency; uint64_t bytes, pairs, amount, join, port; } asked;

/* The asker says that the other node's part has ended, which it does only behind the last test, or when something is wrong there. */
static int is_given_up(int answer) {
  struct pollfd end = {answer, POLLIN, 0};
  return answer >= 0 && poll(&end, 1, 0) > 0;
}

static double test_card(const struct card *card, int is_client, uint64_t port, int answer) {
  char bytes[24], pairs[24], amount[24], number[24], gid[12], *words[24];
  int count = 0;
  snprintf(bytes, sizeof bytes, "%llu", (unsigned long long)asked.bytes);
  snprintf(pairs, sizeof pairs, "%llu", (unsigned long long)asked.pairs);
  snprintf(amount, sizeof amount, "%llu", (unsigned long long)asked.amount);
  snprintf(number, sizeof number, "%llu", (unsigned long long)port);
  snprintf(gid, sizeof gid, "%d", card->gid);
#define ADD(word) (words[count++] = (char *)(word))
  ADD(asked.is_latency ? "ib_write_lat" : "ib_write_bw");
  ADD("-d"), ADD(card->name), ADD("-i"), ADD("1"), ADD("-F"), ADD("-s"), ADD(bytes), ADD("-p"), ADD(number);
  if (asked.is_latency) ADD("-n"), ADD(amount);
  else ADD("-q"), ADD(pairs), ADD("-D"), ADD(amount), ADD("--report_gbits");
  if (card->gid >= 0) ADD("-x"), ADD(gid);
  if (is_client) ADD(asked.peer);
#undef ADD
  words[count] = NULL;
  double start = assay_now(), meet_by = start + (double)asked.join, work = asked.is_latency ? 60 : (double)asked.amount + 30;
  double began = start;
  if (!is_client) {
    run_test(words, port, meet_by + 5, meet_by + 5 + work);
    return assay_now() - start;
  }
  for (;;) { /* its server may still be busy with the test before */
    began = assay_now();
    run_test(words, port, began + (asked.join < 10 ? (double)asked.join : 10), began + 10 + work);
    if (ran.code == 0 || has_met(0) || assay_now() > meet_by || is_given_up(answer)) return assay_now() - began;
    usleep(200000);
  }
}

static int listens(uint64_t port) {
  struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  int own = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
  setsockopt(own, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  int is_free = own >= 0 && bind(own, (const struct sockaddr *)&place, sizeof place) == 0;
  if (own >= 0) close(own);
  return !is_free;
}

static uint64_t choose_port(uint64_t tests) {
  uint64_t state = (uint64_t)(assay_now() * 1e9) ^ (uint64_t)getpid();
  for (int try = 0; try < 100; try++) {
    uint64_t first = FIRST_PORT + assay_random(&state) % PORTS, at = 0;
    while (at < tests && !listens(first + at)) at++;
    if (at == tests) return first;
  }
  launch_fail("cannot find ports that are free", "all that were tried are in use");
}

/* Asks for the other node's part in a process of its own; what is answered comes through the pipe that is returned. */
static int ask_for(uint64_t port) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) launch_fail("cannot make a pipe", strerror(errno));
  pid_t child = fork();
  if (child < 0) launch_fail("cannot fork", strerror(errno));
  if (child > 0) {
    close(ends[1]);
    return ends[0];
  }
  static char text[LAUNCH_TEXT_BYTES + 1];
  char first[24], count[24];
  snprintf(first, sizeof first, "%llu", (unsigned long long)port);
  snprintf(count, sizeof count, "%d", card_count);
  int connection = connect_agent();
  send_number(connection, 3);
  send_word(connection, "1"), send_word(connection, first), send_word(connection, count);
  int code = receive_answer(connection, text);
  if (dprintf(ends[1], "%d %s", code, text) < 0) _exit(1);
  _exit(0);
}

static void print_answer(int answer) {
  static char text[4096];
  size_t used = 0;
  ssize_t got = 0;
  struct pollfd end = {answer, POLLIN, 0};
  /* The other side ends a moment after us. */
  while (used < sizeof text - 1 && poll(&end, 1, 30000) > 0 && (got = read(answer, text + used, sizeof text - 1 - used)) > 0) used += (size_t)got;
  text[used] = 0;
  char quoted[6 * sizeof text + 3], *words = text;
  long code = used > 0 ? strtol(text, &words, 10) : -1;
  printf(",\"answer\":{\"exitCode\":%ld,\"text\":%s}", code, assay_json(quoted, sizeof quoted, used > 0 ? words + (*words == ' ') : "nobody answered"));
}

static void print_text(const char *name, const char *text) {
  static char quoted[6 * REPORT_BYTES + 3];
  printf("\"%s\":%s", name, assay_json(quoted, sizeof quoted, text));
}

/* One line for the node that leads, which has no other way to hear of it. */
static void tell_dead(void) {
  int count = 0;
  for (int i = 0; i < card_count; i++)
    if (strcmp(cards[i].state, "4: ACTIVE") != 0) fprintf(stderr, "%s%d", count++ ? "," : "error: no active port at ", i + 1);
  if (count) fprintf(stderr, "\n");
}

static int go_through(int is_lead, int answer) {
  int directions = asked.is_latency ? 1 : 2, is_complete = 1;
  for (int i = 0; i < card_count; i++) {
    const struct card *card = &cards[i];
    printf("%s{", i ? "," : "");
    print_text("card", card->name), printf(",");
    print_text("address", card->address), printf(",");
    print_text("layer", card->layer), printf(",");
    print_text("state", card->state), printf(",");
    print_text("rate", card->rate), printf(",");
    if (card->gid >= 0) print_text("gid", card->gid_type), printf(",");
    printf("\"tests\":[");
    int is_active = strcmp(card->state, "4: ACTIVE") == 0;
    for (int direction = 0; direction < directions && is_active && !is_given_up(answer); direction++) {
      int is_client = is_lead == (direction == 0);
      printf("%s{\"direction\":\"%s\",", direction ? "," : "", direction ? "in" : "out");
      print_counters("before", card->name), printf(",");
      fflush(stdout);
      double seconds = test_card(card, is_client, asked.port + (uint64_t)(i * directions + direction), answer);
      print_counters("after", card->name);
      printf(",\"exitCode\":%d,\"seconds\":%.6f,", ran.code, seconds);
      print_text("report", ran.report), printf(",");
      print_text("said", ran.said), printf("}");
      fflush(stdout);
      is_complete &= ran.code == 0;
    }
    is_complete &= is_active;
    printf("]}");
  }
  return is_complete;
}

int main(int argc, char **argv) {
  uint64_t count = 0;
  if (argc != 11 || (strcmp(argv[1], "lead") != 0 && strcmp(argv[1], "follow") != 0) ||
      (strcmp(argv[3], "bandwidth") != 0 && strcmp(argv[3], "latency") != 0) || !assay_count(argv[4], 1, 1 << 30, &asked.bytes) ||
      !assay_count(argv[5], 1, 64, &asked.pairs) || !assay_count(argv[6], 1, 100000000, &asked.amount) || !assay_count(argv[7], 1, 600, &asked.join) ||
      !assay_count(argv[8], 0, 65535, &asked.port) || !assay_count(argv[9], 0, CARDS_AT_MOST, &count)) {
    fprintf(stderr, "usage: rails lead|follow PEER bandwidth|latency BYTES QUEUE_PAIRS AMOUNT JOIN PORT COUNT CARDS\n");
    return 64;
  }
  int is_lead = strcmp(argv[1], "lead") == 0, answer = -1;
  asked.peer = argv[2];
  asked.is_latency = strcmp(argv[3], "latency") == 0;
  signal(SIGPIPE, SIG_IGN);
  find_cards(argv[10]);
  if (card_count == 0 || (!is_lead && (uint64_t)card_count != count)) {
    fprintf(stderr, "error: expected %llu cards for RDMA, got %d\n", (unsigned long long)(is_lead ? 1 : count), card_count);
    return 1;
  }
  if (is_lead) {
    asked.port = choose_port((uint64_t)card_count * 2);
    fflush(NULL);
    answer = ask_for(asked.port);
  }
  printf("{\"role\":\"%s\",\"compiler\":\"" __VERSION__ "\",\"what\":\"%s\",\"bytes\":%llu,\"queuePairs\":%llu,\"amount\":%llu,\"rails\":[", argv[1], argv[3],
         (unsigned long long)asked.bytes, (unsigned long long)asked.pairs, (unsigned long long)asked.amount);
  tell_dead();
  int is_complete = go_through(is_lead, answer);
  printf("]");
  if (is_lead) print_answer(answer);
  printf("}\n");
  return is_lead || is_complete ? 0 : 1;
}
