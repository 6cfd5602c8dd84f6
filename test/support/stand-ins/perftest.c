/*
 * Stands in for ib_write_bw and ib_write_lat, by its own name: both ends meet, wait as long as they are told, add to the counters of
 * their ports and print what perftest 4.5 prints. What a card does stands beside its counters, in `played`: `gbits 20`, `usec 3`,
 * `mtu 256`, `share 0.5` of the bytes that it counts, `link_downed 1` in each test.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *card = "", *bytes = "65536", *port = "18515", *pairs = "1", *seconds = "0", *times = "1000", *gid = "0";
static int is_latency, is_ethernet;

static _Noreturn void fail(const char *what, const char *which) {
  fprintf(stderr, " %s%s\n", what, which);
  exit(1);
}

static FILE *open_file(const char *name, const char *mode) {
  char path[512];
  snprintf(path, sizeof path, "/sys/class/infiniband/%s/%s", card, name);
  return fopen(path, mode);
}

static void read_line(const char *name, char line[256]) {
  FILE *file = open_file(name, "r");
  line[0] = 0;
  if (file && !fgets(line, 256, file)) line[0] = 0;
  if (file) fclose(file);
  line[strcspn(line, "\n")] = 0;
}

static double played(const char *name, double otherwise) {
  char key[64];
  double value, found = otherwise;
  FILE *file = open_file("played", "r");
  while (file && fscanf(file, "%63s %lf", key, &value) == 2)
    if (strcmp(key, name) == 0) found = value;
  if (file) fclose(file);
  return found;
}

/* Adds to a counter of the port; one that is not there is not counted. */
static void count(const char *name, double more) {
  char file_name[128], line[256];
  snprintf(file_name, sizeof file_name, "ports/1/counters/%s", name);
  read_line(file_name, line);
  if (!line[0]) return;
  FILE *file = open_file(file_name, "w");
  fprintf(file, "%lld\n", atoll(line) + (long long)(more + 0.5));
  fclose(file);
}

static double moved(void) { return played("gbits", 391.79) / 8 * 1e9 * atof(seconds); }

static void count_all(const char *data) {
  if (!is_latency) count(data, moved() / 4 * played("share", 1));
  count("link_downed", played("link_downed", 0));
  count("symbol_error", played("symbol_error", 0));
}

static void print_ends(const char *end, int number) {
  for (int pair = 0; pair < atoi(pairs); pair++) {
    printf(" %s address: LID %s0%d QPN 0x0032 PSN 0x5f2841 RKey 0x002440 VAddr 0x007f2e5f64b000\n", end, is_ethernet ? "00" : "0x", is_ethernet ? 0 : number);
    if (is_ethernet) printf(" GID: 00:00:00:00:00:00:00:00:00:00:255:255:10:77:00:0%d\n", number);
  }
}

static void print_report(const char *row, int is_server) {
  static const char ruler[] = "---------------------------------------------------------------------------------------";
  if (is_server) printf("\n************************************\n* Waiting for client to connect... *\n************************************\n");
  printf("%s\n                    RDMA_Write %s Test\n Dual-port       : OFF\t\tDevice         : %s\n", ruler, is_latency ? "Latency" : "BW", card);
  printf(" Number of qps   : %s\t\tTransport type : IB\n Connection type : RC\t\tUsing SRQ      : OFF\n PCIe relax order: ON\n", pairs);
  printf(" ibv_wr* API     : ON\n TX depth        : 128\n CQ Moderation   : 100\n Mtu             : %.0f[B]\n", played("mtu", 4096));
  printf(" Link type       : %s\n", is_ethernet ? "Ethernet" : "IB");
  if (is_ethernet) printf(" GID index       : %s\n", gid);
  printf(" Max inline data : 0[B]\n rdma_cm QPs\t : OFF\n Data ex. method : Ethernet\n%s\n", ruler);
  print_ends("local", is_server ? 2 : 1), print_ends("remote", is_server ? 1 : 2);
  printf("%s\n%s\n%s\n%s\n", ruler,
         is_latency ? " #bytes #iterations    t_min[usec]    t_max[usec]  t_typical[usec]    t_avg[usec]    t_stdev[usec]   99% percentile[usec]   "
                      "99.9% percentile[usec] "
                    : " #bytes     #iterations    BW peak[Gb/sec]    BW average[Gb/sec]   MsgRate[Mpps]",
         row, ruler);
}

static int meet(const char *peer) {
  struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
  int own = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  setsockopt(own, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (peer) {
    if (inet_pton(AF_INET, peer, &place.sin_addr) != 1 || connect(own, (struct sockaddr *)&place, sizeof place) != 0) fail("Couldn't connect to ", peer);
    return own;
  }
  if (bind(own, (struct sockaddr *)&place, sizeof place) != 0 || listen(own, 1) != 0) fail("Couldn't listen to port ", port);
  return accept(own, NULL, NULL);
}

int main(int argc, char **argv) {
  is_latency = strstr(argv[0], "ib_write_lat") != NULL;
  const char *peer = NULL;
  for (int i = 1; i < argc; i++) {
    const char **options[] = {&card, &bytes, &port, &pairs, &seconds, &times, &gid, &(const char *){NULL}};
    if (strcmp(argv[i], "--version") == 0) return printf("Version: 6.06\n"), 1;
    const char *known = "dspqDnxi", *found = argv[i][0] == '-' && argv[i][1] && !argv[i][2] ? strchr(known, argv[i][1]) : NULL;
    if (found && i + 1 < argc) *options[found - known] = argv[++i];
    else if (strcmp(argv[i], "-F") == 0 || strcmp(argv[i], "--report_gbits") == 0) continue;
    else if (argv[i][0] == '-') fail("unrecognized option ", argv[i]);
    else peer = argv[i];
  }
  char line[256], row[256];
  read_line("ports/1/link_layer", line);
  is_ethernet = strcmp(line, "Ethernet") == 0;
  read_line("ports/1/state", line);
  if (strcmp(line, "4: ACTIVE") != 0) fail("Port number 1 state is Down", "");
  int socket = meet(peer);
  if (peer) {
    double gbits = played("gbits", 391.79), usec = played("usec", 1.67);
    usleep((useconds_t)(atof(seconds) * 1e6));
    if (is_latency)
      snprintf(row, sizeof row, " %s       %s          1.62           %.2f         %.2f     \t       %.2f        \t0.15   \t\t%.2f    \t\t%.2f   ", bytes, times, usec + 5,
               usec, usec + 0.01, usec + 0.15, usec + 5);
    else
      snprintf(row, sizeof row, " %s      %.0f           0.00               %.2f  \t\t   %.6f", bytes, moved() / atof(bytes), gbits, gbits * 1e9 / 8 / atof(bytes) / 1e6);
    count_all("port_xmit_data");
    if (write(socket, row, strlen(row)) < 0) fail("Failed to exchange data between server and clients", "");
    shutdown(socket, SHUT_WR);
    if (read(socket, line, 1) < 0) fail("Failed to exchange data between server and clients", "");
  } else {
    size_t used = 0;
    for (ssize_t got; (got = read(socket, row + used, sizeof row - 1 - used)) > 0;) used += (size_t)got;
    row[used] = 0;
    count_all("port_rcv_data");
  }
  print_report(row, !peer);
  return 0;
}
