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

enum { CARDS_AT_MOST = 64, REPORT_BYTES = 16384, SAID_BYTES = 400, FIRST_PORT = 20000, PORTS = 12000 };
static const char *const kept_counters[] = {"port_xmit_data", "port_rcv_data", "link_downed", "excessive_buffer_overrun_errors", "symbol_error"};
static const char *const kept_packets[] = {"sent_pkts", "rcvd_pkts"};
#define COUNT_OF(list) (sizeof(list) / sizeof *(list))

static struct card { char name[64], address[PATH_MAX], layer[16], state[32], rate[64]; int gid; char gid_type[24]; } cards[CARDS_AT_MOST];
static int card_count;
static struct { const char *peer; int is_latency; uint64_t bytes, pairs, amount, join, port; } asked;

/* The first line of a file below a card, without its end; an empty text where there is none. */
static void read_line(const char *card, const char *file, char *line, size_t room) {
  char path[PATH_MAX];
  line[0] = 0;
  snprintf(path, sizeof path, "/sys/class/infiniband/%s/%s", card, file);
  FILE *stream = fopen(path, "re");
  if (!stream) return;
  if (!fgets(line, (int)room, stream)) line[0] = 0;
  fclose(stream);
  line[strcspn(line, "\n")] = 0;
}

/* What RoCE has to be told: an address of version 2, by IPv4 where there is one (gid_attrs/types; ::ffff:a.b.c.d). */
static void choose_gid(struct card *card) {
  card->gid = -1;
  int is_ipv4 = 0;
  for (int index = 0; index < 256 && !is_ipv4; index++) {
    char file[64], type[24], gid[64];
    snprintf(file, sizeof file, "ports/1/gid_attrs/types/%d", index);
    read_line(card->name, file, type, sizeof type);
    snprintf(file, sizeof file, "ports/1/gids/%d", index);
    read_line(card->name, file, gid, sizeof gid);
    if (gid[0] == 0 || strcmp(gid, "0000:0000:0000:0000:0000:0000:0000:0000") == 0) continue;
    if (strcmp(type, "RoCE v2") != 0 && card->gid >= 0) continue;
    is_ipv4 = strcmp(type, "RoCE v2") == 0 && strncmp(gid, "0000:0000:0000:0000:0000:ffff:", 30) == 0;
    if (card->gid >= 0 && !is_ipv4 && strcmp(card->gid_type, "RoCE v2") == 0) continue;
    card->gid = index;
    snprintf(card->gid_type, sizeof card->gid_type, "%s", type);
  }
}

static int by_address(const void *a, const void *b) { return strcmp(((const struct card *)a)->address, ((const struct card *)b)->address); }

static int is_named(const char *list, const char *name) {
  size_t length = strlen(name);
  for (const char *at = list; *at; at += *at == ',') {
    size_t own = strcspn(at, ",");
    if (own == length && strncmp(at, name, length) == 0) return 1;
    at += own;
  }
  return 0;
}

/* All cards that are named; of `-` those of InfiniBand, or of Ethernet where there is no other. In the order of the bus. */
static void find_cards(const char *names) {
  DIR *folder = opendir("/sys/class/infiniband");
  int is_infiniband = 0;
  for (struct dirent *entry; folder && (entry = readdir(folder)) && card_count < CARDS_AT_MOST;) {
    struct card *card = &cards[card_count];
    char path[PATH_MAX], target[PATH_MAX];
    if (entry->d_name[0] == '.' || strlen(entry->d_name) >= sizeof card->name) continue;
    if (strcmp(names, "-") != 0 && !is_named(names, entry->d_name)) continue;
    memset(card, 0, sizeof *card);
    strcpy(card->name, entry->d_name);
    snprintf(path, sizeof path, "/sys/class/infiniband/%s/device", card->name);
    const char *last = realpath(path, target) ? strrchr(target, '/') : NULL;
    snprintf(card->address, sizeof card->address, "%s", last ? last + 1 : card->name);
    read_line(card->name, "ports/1/link_layer", card->layer, sizeof card->layer);
    read_line(card->name, "ports/1/state", card->state, sizeof card->state);
    read_line(card->name, "ports/1/rate", card->rate, sizeof card->rate);
    is_infiniband |= strcmp(card->layer, "InfiniBand") == 0;
    card_count++;
  }
  if (folder) closedir(folder);
  if (is_infiniband && strcmp(names, "-") == 0) {
    int left = 0;
    for (int i = 0; i < card_count; i++)
      if (strcmp(cards[i].layer, "InfiniBand") == 0) cards[left++] = cards[i];
    card_count = left;
  }
  qsort(cards, (size_t)card_count, sizeof *cards, by_address);
  for (int i = 0; i < card_count; i++)
    if (strcmp(cards[i].layer, "Ethernet") == 0) choose_gid(&cards[i]);
    else cards[i].gid = -1;
}

/* {"port_xmit_data": "1", …}; what is not counted is left out. */
static void print_counters(const char *name, const char *card) {
  int printed = 0;
  printf("\"%s\":{", name);
  for (size_t i = 0; i < COUNT_OF(kept_counters) + COUNT_OF(kept_packets); i++) {
    int is_packets = i >= COUNT_OF(kept_counters);
    const char *counter = is_packets ? kept_packets[i - COUNT_OF(kept_counters)] : kept_counters[i];
    char file[96], text[32];
    snprintf(file, sizeof file, "ports/1/%s/%s", is_packets ? "hw_counters" : "counters", counter);
    read_line(card, file, text, sizeof text);
    if (text[0] == 0 || strspn(text, "0123456789") != strlen(text)) continue;
    printf("%s\"%s\":\"%s\"", printed++ ? "," : "", counter, text);
  }
  printf("}");
}

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
