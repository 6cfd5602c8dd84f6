/*
 * All-reduce (sum, out of place) over MPI, size by size: the time of every iteration is the longest of all ranks, every
 * element of every result is checked, and the counters of the interface under test say whether it carried the data.
 * Rank 0 prints one line of JSON for the run, one for each size, and one at the end.
 */
#define _DEFAULT_SOURCE
#include <mpi.h>
#include <unistd.h>
#include "../../kit/native/assay.h"
#include "interfaces.h"

#if !defined(OMPI_MAJOR_VERSION) || OMPI_MAJOR_VERSION != 4
#error expected Open MPI 4.x: not available with this version of MPI
#endif
/* On a member: the leader's version. Open MPI serves one version in one job only, and does not check that itself. */
#if defined(ASSAY_LEADER_VERSION) && ASSAY_LEADER_VERSION != 10000 * OMPI_MAJOR_VERSION + 100 * OMPI_MINOR_VERSION + OMPI_RELEASE_VERSION
#error expected the Open MPI version of the leader: install the same one on all nodes
#endif

enum { LEAST_ITERATIONS = 3, MOST_ITERATIONS = 100000, MOST_RANKS = 256, MOST_LEVELS = 128, HOST_BYTES = 2048 };
static const uint64_t least_bytes = 1024, most_bytes = 64 << 20;

struct arguments {
  int is_bfloat16;
  uint64_t min_bytes, max_bytes, factor;
  double seconds;
  const char *network;
  struct in_addr address, mask;
};

static int rank, ranks;

/* Any rank may end the run; mpirun then ends all others. MPI's own errors do the same by default. */
static _Noreturn void fail(const char *why) {
  fprintf(stderr, "rank %d: %s\n", rank, why);
  MPI_Abort(MPI_COMM_WORLD, 1);
  abort();
}

static int read_network(struct arguments *a) {
  char address[INET_ADDRSTRLEN];
  const char *slash = strchr(a->network, '/');
  uint64_t length = 0;
  if (!slash || (size_t)(slash - a->network) >= sizeof address || !assay_count(slash + 1, 0, 32, &length)) return 0;
  memcpy(address, a->network, (size_t)(slash - a->network));
  address[slash - a->network] = 0;
  a->mask.s_addr = htonl(length == 0 ? 0 : UINT32_MAX << (32 - length));
  return inet_pton(AF_INET, address, &a->address) == 1;
}

static const char *read_arguments(int argc, char **argv, struct arguments *a) {
  if (argc != 7) return "usage: allreduce float32|bfloat16 MIN_BYTES MAX_BYTES FACTOR SECONDS NETWORK";
  a->is_bfloat16 = strcmp(argv[1], "bfloat16") == 0;
  if (!a->is_bfloat16 && strcmp(argv[1], "float32") != 0) return "expected float32 or bfloat16";
  if (!assay_count(argv[2], least_bytes, most_bytes, &a->min_bytes) || a->min_bytes % 4 != 0 ||
      !assay_count(argv[3], a->min_bytes, most_bytes, &a->max_bytes) || a->max_bytes % 4 != 0)
    return "expected sizes from 1024 to 67108864 bytes, multiples of 4, the smaller first";
  if (!assay_count(argv[4], 2, 16, &a->factor) || (a->factor != 2 && a->factor != 4 && a->factor != 8 && a->factor != 16))
    return "expected a factor of 2, 4, 8 or 16";
  if (!assay_number(argv[5], 0.05, 3600, &a->seconds)) return "expected 0.05 to 3600 seconds";
  a->network = argv[6];
  return read_network(a) ? NULL : "expected a network such as 10.0.0.0/24";
}

static float widen(uint16_t half) {
  uint32_t bits = (uint32_t)half << 16;
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* Round to nearest, ties to even; NaN stays NaN. */
static uint16_t narrow(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  if (value != value) return (uint16_t)(bits >> 16 | 0x40);
  return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

/* MPI has no bfloat16. The signature is MPI's. */
static void add_bfloat16(void *in, void *in_out, int *count, MPI_Datatype *type) {
  const uint16_t *from = in;
  uint16_t *to = in_out;
  (void)type;
  for (int i = 0; i < *count; i++) to[i] = narrow(widen(from[i]) + widen(to[i]));
}

/*
 * The vectors. Element k of an iteration has a level 0..levels-1, the same on all ranks; rank r sends (level + r) mod
 * levels. So the sum depends on the level alone, and a check needs one look into a table. `levels` keeps every partial
 * sum at 256 at most: bfloat16 is exact up to there, and the order of summation makes no difference.
 */
static struct {
  size_t count, width;
  uint32_t levels, own[MOST_LEVELS], sum[MOST_LEVELS];
  void *send, *receive;
  MPI_Datatype type;
  MPI_Op add;
} vector;

static uint32_t bits_of(uint32_t value) {
  float number = (float)value;
  uint32_t bits;
  memcpy(&bits, &number, sizeof bits);
  return vector.width == 2 ? bits >> 16 : bits;
}

static void prepare_vectors(const struct arguments *a) {
  vector.width = a->is_bfloat16 ? 2 : 4;
  vector.type = a->is_bfloat16 ? MPI_UINT16_T : MPI_FLOAT;
  vector.add = MPI_SUM;
  if (a->is_bfloat16) MPI_Op_create(add_bfloat16, 1, &vector.add);
  vector.levels = 256 / (uint32_t)ranks + 1 < MOST_LEVELS ? 256 / (uint32_t)ranks + 1 : MOST_LEVELS;
  for (uint32_t level = 0; level < vector.levels; level++) {
    uint32_t sum = 0;
    for (uint32_t r = 0; r < (uint32_t)ranks; r++) sum += (level + r) % vector.levels;
    vector.own[level] = bits_of((level + (uint32_t)rank) % vector.levels);
    vector.sum[level] = bits_of(sum);
  }
  vector.send = malloc(a->max_bytes), vector.receive = malloc(a->max_bytes);
  if (!vector.send || !vector.receive) fail("out of memory");
}

static inline uint32_t level_of(uint32_t index, uint32_t iteration) { /* a finaliser of 32-bit hashes: no period, no order */
  uint32_t x = index + iteration * 0x9e3779b9u;
  x = (x ^ x >> 16) * 0x7feb352du;
  x = (x ^ x >> 15) * 0x846ca68bu;
  return (uint32_t)((uint64_t)(x ^ x >> 16) * vector.levels >> 32);
}

/* A result that was not written is found: all its bits are set, which is NaN. */
static void fill(uint32_t iteration) {
  memset(vector.receive, 0xff, vector.count * vector.width);
  if (vector.width == 2)
    for (uint32_t k = 0; k < vector.count; k++) ((uint16_t *)vector.send)[k] = (uint16_t)vector.own[level_of(k, iteration)];
  else
    for (uint32_t k = 0; k < vector.count; k++) ((uint32_t *)vector.send)[k] = vector.own[level_of(k, iteration)];
}

static uint64_t count_wrong(uint32_t iteration) {
  uint64_t wrong = 0;
  if (vector.width == 2)
    for (uint32_t k = 0; k < vector.count; k++) wrong += ((const uint16_t *)vector.receive)[k] != vector.sum[level_of(k, iteration)];
  else
    for (uint32_t k = 0; k < vector.count; k++) wrong += ((const uint32_t *)vector.receive)[k] != vector.sum[level_of(k, iteration)];
  return wrong;
}

struct tally {
  uint64_t checked, wrong;
};

/* One all-reduce; only the call itself is timed. */
static double iterate(uint32_t iteration, struct tally *tally) {
  fill(iteration);
  MPI_Barrier(MPI_COMM_WORLD);
  double start = MPI_Wtime();
  MPI_Allreduce(vector.send, vector.receive, (int)vector.count, vector.type, vector.add, MPI_COMM_WORLD);
  double seconds = MPI_Wtime() - start;
  tally->wrong += count_wrong(iteration);
  tally->checked += vector.count;
  return seconds;
}

/*
 * Warms up for a fifth of the time, twice at least, then says how many iterations fill the rest, checks and all. Rank 0
 * decides; all others learn it.
 */
static int warm_up(double seconds, int *warm_ups, struct tally *tally) {
  double start = MPI_Wtime(), first = 0;
  int is_enough = 0, iterations = 0;
  for (*warm_ups = 0; !is_enough; MPI_Bcast(&is_enough, 1, MPI_INT, 0, MPI_COMM_WORLD)) {
    iterate((uint32_t)(*warm_ups)++, tally);
    if (*warm_ups == 1) first = MPI_Wtime(); /* connections are made in the first one */
    is_enough = *warm_ups >= 2 && (*warm_ups == MOST_ITERATIONS || MPI_Wtime() - start >= seconds / 5);
  }
  double fitting = 0.8 * seconds * (*warm_ups - 1) / (MPI_Wtime() - first);
  iterations = fitting < MOST_ITERATIONS ? (int)fitting : MOST_ITERATIONS;
  if (iterations < LEAST_ITERATIONS) iterations = LEAST_ITERATIONS;
  MPI_Bcast(&iterations, 1, MPI_INT, 0, MPI_COMM_WORLD);
  return iterations;
}

static int compare_times(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void print_size(uint64_t bytes, int warm_ups, int iterations, double *times, struct tally all, struct traffic least_traffic) {
  double total = 0;
  qsort(times, (size_t)iterations, sizeof *times, compare_times);
  for (int i = 0; i < iterations; i++) total += times[i];
  printf("{\"bytes\":%llu,\"warmUps\":%d,\"iterations\":%d,\"medianSeconds\":%.9f,\"minSeconds\":%.9f,\"maxSeconds\":%.9f,"
         "\"meanSeconds\":%.9f,\"checked\":%llu,\"wrong\":%llu,\"sentBytes\":%llu,\"receivedBytes\":%llu,\"leastBytes\":%llu}\n",
         (unsigned long long)bytes, warm_ups, iterations, (times[(iterations - 1) / 2] + times[iterations / 2]) / 2, times[0],
         times[iterations - 1], total / iterations, (unsigned long long)all.checked, (unsigned long long)all.wrong,
         (unsigned long long)least_traffic.sent, (unsigned long long)least_traffic.received,
         (unsigned long long)bytes * (unsigned long long)iterations);
  if (fflush(stdout) != 0) fail("cannot print");
}

/*
 * What a rank must send at the least, whatever the algorithm: with the vectors of all others fixed, the result is a
 * one-to-one image of the rank's own vector, so all of its bytes have to leave it, alone or inside of partial sums. In
 * the same way the sum of all others, as many bytes, has to come in. A ring moves 2(n-1)/n of them each way, which for
 * two ranks is just that (Patarasu & Yuan 2009, J. Parallel Distrib. Comput. 69:117-124).
 */
static void measure(uint64_t bytes, double seconds, const struct interfaces *found, int is_alone) {
  struct tally tally = {0}, all = {0};
  int warm_ups = 0;
  vector.count = bytes / vector.width;
  int iterations = warm_up(seconds, &warm_ups, &tally);
  double *times = malloc((size_t)iterations * sizeof *times), *longest = malloc((size_t)iterations * sizeof *longest);
  if (!times || !longest) fail("out of memory");
  struct traffic before = read_traffic(found);
  for (int i = 0; i < iterations; i++) times[i] = iterate((uint32_t)(warm_ups + i), &tally);
  struct traffic since = traffic_since(found, before, bytes * (uint64_t)iterations, !is_alone), least = {0};
  MPI_Reduce(times, longest, iterations, MPI_DOUBLE, MPI_MAX, 0, MPI_COMM_WORLD);
  MPI_Reduce(&tally, &all, 2, MPI_UINT64_T, MPI_SUM, 0, MPI_COMM_WORLD);
  MPI_Reduce(&since, &least, 2, MPI_UINT64_T, MPI_MIN, 0, MPI_COMM_WORLD);
  if (rank == 0) print_size(bytes, warm_ups, iterations, longest, all, least);
  free(times), free(longest);
}

static void describe_host(const struct interfaces *found, char text[HOST_BYTES]) {
  char name[256] = "", library[MPI_MAX_LIBRARY_VERSION_STRING] = "";
  int length = 0, used = 0;
  gethostname(name, sizeof name - 1);
  MPI_Get_library_version(library, &length);
  char name_json[67], library_json[163], interface[6 * IF_NAMESIZE]; /* all of them fit into HOST_BYTES */
  used = snprintf(text, HOST_BYTES, "{\"rank\":%d,\"name\":%s,\"library\":%s,\"interfaces\":[", rank,
                  assay_json(name_json, sizeof name_json, name), assay_json(library_json, sizeof library_json, library));
  for (int i = 0; i < found->count; i++)
    used += snprintf(text + used, HOST_BYTES - (size_t)used, "%s{\"name\":%s,\"address\":\"%s\"}", i > 0 ? "," : "",
                     assay_json(interface, sizeof interface, found->names[i]), found->addresses[i]);
  snprintf(text + used, HOST_BYTES - (size_t)used, "]}");
}

static void print_header(const struct arguments *a, const struct interfaces *found) {
  char own[HOST_BYTES] = "", *all = rank == 0 ? malloc((size_t)ranks * HOST_BYTES) : NULL;
  if (rank == 0 && !all) fail("out of memory");
  describe_host(found, own);
  MPI_Gather(own, HOST_BYTES, MPI_CHAR, all, HOST_BYTES, MPI_CHAR, 0, MPI_COMM_WORLD);
  if (rank != 0) return;
  char compiler[256], network[64];
  printf("{\"benchmark\":\"assay-allreduce\",\"compiler\":%s,\"operation\":\"sum\",\"dtype\":\"%s\",\"ranks\":%d,\"minBytes\":%llu,"
         "\"maxBytes\":%llu,\"factor\":%llu,\"seconds\":%.17g,\"network\":%s,\"levels\":%u,\"hosts\":[",
         assay_json(compiler, sizeof compiler, __VERSION__), a->is_bfloat16 ? "bfloat16" : "float32", ranks, (unsigned long long)a->min_bytes, (unsigned long long)a->max_bytes,
         (unsigned long long)a->factor, a->seconds, assay_json(network, sizeof network, a->network), vector.levels);
  for (int r = 0; r < ranks; r++) printf("%s%s", r > 0 ? "," : "", all + (size_t)r * HOST_BYTES);
  printf("]}\n");
  if (fflush(stdout) != 0) fail("cannot print");
  free(all);
}

int main(int argc, char **argv) {
  struct arguments a = {0};
  const char *wrong = read_arguments(argc, argv, &a);
  if (wrong) {
    fprintf(stderr, "%s\n", wrong);
    return 2;
  }
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  if (ranks < 2 || ranks > MOST_RANKS) {
    if (rank == 0) fprintf(stderr, "expected 2 to %d ranks, got %d\n", MOST_RANKS, ranks);
    MPI_Finalize();
    return 2;
  }
  MPI_Comm same_node;
  int here = 0, sizes = 0;
  MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &same_node);
  MPI_Comm_size(same_node, &here);
  struct interfaces found = find_interfaces(a.address, a.mask);
  prepare_vectors(&a);
  print_header(&a, &found);
  for (uint64_t bytes = a.min_bytes; bytes <= a.max_bytes; bytes *= a.factor, sizes++) measure(bytes, a.seconds, &found, here == ranks);
  if (rank == 0) printf("{\"end\":true,\"sizes\":%d}\n", sizes);
  MPI_Finalize();
  return 0;
}
