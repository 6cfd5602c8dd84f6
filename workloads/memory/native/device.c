/*
 * Memory of accelerators: bandwidth of triad and copy, of copies between host and device, and whether memory keeps what is
 * written. Of every timed run of launches or copies 16 words that were something else before are compared. A flipped word has to be found
 * before and after.
 */
#include <math.h>
#include "../../kit/native/accelerator.h"

enum { SPOT_CHECKS = 16, GROUP = 64, BUFFERS = 512, TOLD = 8 };
static const uint64_t mebibyte = 1 << 20;

static const char *kernels, *what;
static uint64_t wanted, checked, wrong; /* bytes; 0: as many as make sense */
static double seconds;
static int devices;
static uint64_t randomness;

static uint64_t smaller(uint64_t a, uint64_t b) { return a < b ? a : b; }
static int is(const char *name) { return strcmp(what, name) == 0; }

/* How far the kernel could give memory without swapping, as it says itself. */
static uint64_t available_bytes(void) {
  unsigned long long kibibytes = 0;
  char line[256];
  FILE *file = fopen("/proc/meminfo", "r");
  while (file && fgets(line, sizeof line, file) && sscanf(line, "MemAvailable: %llu kB", &kibibytes) != 1) {}
  if (file) fclose(file);
  return kibibytes * 1024;
}

/* Runs a kernel or a copy some times in a row; returns the seconds. The number of times grows until it takes long enough. */
static struct device_kernel timed_kernel;
static device_buffer device_words;
static size_t timed_items;
static void *pinned;
static double transfer(uint64_t bytes, uint32_t times) {
  double began = assay_now();
  for (uint32_t i = 0; i < times; i++) {
    if (is("hostToDevice")) back_end->write(device_words, 0, pinned, bytes, 0);
    else if (is("deviceToHost")) back_end->read(device_words, 0, pinned, bytes, 0);
    else back_end->launch(&timed_kernel, timed_items, GROUP);
  }
  return device_await(began);
}

/* The float at a place of b and c: whole numbers, so that b + q c is exact. */
static float b_at(uint64_t i) { return (float)(i % 1021); }
static float c_at(uint64_t i) { return (float)(i % 509); }

static device_buffer fill(uint64_t bytes, float (*at)(uint64_t), const char *name) {
  static float piece[1 << 18];
  device_buffer buffer = device_memory(bytes, name);
  for (uint64_t first = 0; first < bytes / 4; first += 1 << 18) {
    uint64_t length = smaller(bytes / 4 - first, 1 << 18);
    for (uint64_t i = 0; i < length; i++) piece[i] = at(first + i);
    device_write(buffer, first * 4, piece, length * 4);
  }
  return buffer;
}

/* Whether a word arrived where it had to; the place was made something else before. */
static void put_spot(device_buffer buffer, uint64_t word, float value) {
  if (is("deviceToHost")) ((float *)pinned)[word] = value;
  else device_write(buffer, word * 4, &value, 4);
}
static void check_spot(device_buffer buffer, uint64_t word, float expected) {
  float found = 0;
  if (is("deviceToHost")) found = ((float *)pinned)[word];
  else device_read(buffer, word * 4, &found, 4);
  checked++;
  wrong += !(found == expected);
}

static void measure_bandwidth(void) {
  int is_link = is("hostToDevice") || is("deviceToHost"), arrays = is("triad") ? 3 : 2;
  uint64_t bytes = wanted;
  if (bytes == 0) {
    int is_cpu = strcmp(device.kind, "cpu") == 0;
    bytes = smaller(smaller(is_cpu ? 64 * mebibyte : is_link ? 256 * mebibyte : 1024 * mebibyte, device.memory / 4), device.largest);
    /* What is pinned can be given to nobody else: a quarter of what is free, for all devices together. */
    if (is_link) bytes = smaller(bytes, available_bytes() / 4 / (uint64_t)devices);
    bytes -= bytes % mebibyte;
  }
  if (bytes < mebibyte || bytes > device.largest || bytes * (uint64_t)(is_link ? 1 : arrays) > device.memory / 10 * 9)
    device_fail("expected room for %llu bytes, the device has %llu and gives %llu at once", (unsigned long long)(wanted ? wanted : mebibyte),
                (unsigned long long)device.memory, (unsigned long long)device.largest);
  /* What was chosen here was a quarter then; others may have pinned theirs since. */
  if (is_link && wanted != 0 && bytes > available_bytes() / 4 / (uint64_t)devices)
    device_fail("expected at most a quarter of the host's free memory to be pinned, got %llu bytes", (unsigned long long)bytes);
  device_buffer target = NULL;
  float q = 3;
  if (is_link) {
    device_words = fill(bytes, b_at, "the device's side of a copy");
    pinned = device_pin(bytes);
    for (uint64_t i = 0; i < bytes / 4; i++) ((float *)pinned)[i] = b_at(i);
    target = device_words;
  } else {
    timed_kernel = device_kernel(what), timed_items = bytes / 16;
    target = device_memory(bytes, "the result");
    device_buffer b = fill(bytes, b_at, "an array");
    ARGUMENT(timed_kernel, 0, target), ARGUMENT(timed_kernel, 1, b);
    if (is("triad")) {
      device_buffer c = fill(bytes, c_at, "an array");
      ARGUMENT(timed_kernel, 2, c), ARGUMENT(timed_kernel, 3, q);
    }
  }
  uint32_t times = 1;
  uint64_t moved = 0;
  double busy = 0;
  timing_begin();
  while (timing_goes_on(seconds)) {
    uint64_t spots[SPOT_CHECKS];
    if (is("triad")) q = (float)(2 + device.launches % 1000), ARGUMENT(timed_kernel, 3, q);
    for (int i = 0; i < SPOT_CHECKS; i++) put_spot(target, spots[i] = assay_random(&randomness) % (bytes / 4), -1);
    double took = transfer(bytes, times);
    for (int i = 0; i < SPOT_CHECKS; i++) check_spot(target, spots[i], b_at(spots[i]) + (is("triad") ? q * c_at(spots[i]) : 0));
    uint64_t each = bytes * times * (uint64_t)(is_link ? 1 : arrays);
    if (timing_counts((double)each, took, &times, 1, 1 << 16)) moved += each, busy += took;
  }
  device_tell();
  fprintf(device_turn.out, "\"what\":\"%s\",\"bytes\":%llu,\"done\":%llu,\"elapsedSeconds\":%.6f,\"checked\":%llu,\"wrong\":%llu}\n", what,
          (unsigned long long)bytes, (unsigned long long)moved, busy, (unsigned long long)checked, (unsigned long long)wrong);
}

static struct {
  struct device_kernel put, check;
  device_buffer found, buffers[BUFFERS];
  uint64_t words[BUFFERS], first[BUFFERS];
  uint32_t told[1 + 3 * TOLD];
} pattern;

static void run_pattern(struct device_kernel *kernel, device_buffer buffer, uint64_t words, uint64_t first, uint32_t seed, uint32_t invert) {
  ARGUMENT(*kernel, 0, buffer), ARGUMENT(*kernel, 1, first), ARGUMENT(*kernel, 2, seed), ARGUMENT(*kernel, 3, invert);
  if (kernel == &pattern.check) ARGUMENT(*kernel, 4, pattern.found);
  device_run(kernel, words, GROUP);
}

/* How many words of a buffer are not as they were written. */
static uint32_t count_wrong(device_buffer buffer, uint64_t words, uint64_t first, uint32_t seed, uint32_t invert) {
  uint32_t none = 0, count = 0;
  device_write(pattern.found, 0, &none, 4);
  run_pattern(&pattern.check, buffer, words, first, seed, invert);
  device_read(pattern.found, 0, &count, 4);
  return count;
}

/* A flipped bit has to be found, once and at its place; a test that cannot see it has seen nothing. */
static void check_finding(device_buffer buffer) {
  uint32_t told[4] = {0}, word = 0, seed = 7;
  uint64_t words = mebibyte / 4, at = assay_random(&randomness) % words;
  run_pattern(&pattern.put, buffer, words, 0, seed, 0);
  wrong += count_wrong(buffer, words, 0, seed, 0) != 0;
  device_read(buffer, at * 4, &word, 4);
  word ^= 1u << at % 32;
  device_write(buffer, at * 4, &word, 4);
  uint32_t count = count_wrong(buffer, words, 0, seed, 0);
  device_read(pattern.found, 0, told, sizeof told);
  wrong += count != 1 || told[1] != at || told[3] != 1u << at % 32;
  checked += 2;
}

/* The same at the end of a buffer that is filled, by the launch that tests all of it: one that looked at a part would miss it. */
static void check_reach(int i, uint32_t seed) {
  uint64_t last = pattern.words[i] - 1;
  uint32_t word = 0, flipped, told[4] = {0};
  device_read(pattern.buffers[i], last * 4, &word, 4);
  flipped = word ^ 1;
  device_write(pattern.buffers[i], last * 4, &flipped, 4);
  uint32_t count = count_wrong(pattern.buffers[i], pattern.words[i], pattern.first[i], seed, 0);
  device_read(pattern.found, 0, told, sizeof told);
  device_write(pattern.buffers[i], last * 4, &word, 4);
  uint64_t place = told[1] | (uint64_t)told[2] << 32;
  checked++;
  wrong += count != 1 || place != pattern.first[i] + last;
}

static void measure_pattern(void) {
  uint64_t most = wanted ? wanted : device.memory / 10 * 9, each = smaller(1024 * mebibyte, device.largest), tested = 0;
  int count = 0;
  if (strcmp(device.kind, "cpu") == 0) most = smaller(most, available_bytes() / 4), each = smaller(each, 64 * mebibyte);
  pattern.put = device_kernel("put_pattern"), pattern.check = device_kernel("check_pattern");
  pattern.found = device_memory(sizeof pattern.told, "what is found");
  while (count < BUFFERS && most - tested >= mebibyte) {
    uint64_t bytes = smaller(each, most - tested) / mebibyte * mebibyte;
    pattern.buffers[count] = device_ask_memory(bytes);
    if (pattern.buffers[count]) {
      pattern.words[count] = bytes / 4, pattern.first[count] = tested / 4, tested += bytes;
      count++;
    } else if ((each = bytes / 2) < mebibyte) break; /* others have memory there, too */
  }
  if (count == 0) device_fail("expected room for a mebibyte, the device gives none");
  check_finding(pattern.buffers[0]);
  device.longest_launch = 0;
  device_ready();

  uint32_t passes = 0, told = 0, seed = 0;
  char bad[1024] = "";
  double began = assay_now(), busy = 0;
  while (passes < 2 || busy < seconds) { /* every bit is once set and once not */
    if (passes % 2 == 0) seed = (uint32_t)assay_random(&randomness);
    for (int i = 0; i < count; i++) run_pattern(&pattern.put, pattern.buffers[i], pattern.words[i], pattern.first[i], seed, passes % 2);
    for (int i = 0; i < count; i++) {
      if (passes == 0) check_reach(i, seed);
      uint32_t found = count_wrong(pattern.buffers[i], pattern.words[i], pattern.first[i], seed, passes % 2);
      checked += pattern.words[i], wrong += found;
      if (found == 0) continue;
      device_read(pattern.found, 0, pattern.told, sizeof pattern.told);
      for (uint32_t n = 0; n < found && n < TOLD && told < TOLD; n++, told++) {
        size_t used = strlen(bad);
        unsigned long long word = pattern.told[1 + 3 * n] | (uint64_t)pattern.told[2 + 3 * n] << 32;
        snprintf(bad + used, sizeof bad - used, "%s{\"offset\":%llu,\"differs\":\"%08x\"}", told ? "," : "", word * 4, pattern.told[3 + 3 * n]);
      }
    }
    passes++;
    busy = assay_now() - began;
  }
  check_finding(pattern.buffers[0]);
  device_tell();
  fprintf(device_turn.out,
          "\"what\":\"pattern\",\"bytes\":%llu,\"passes\":%u,\"bad\":[%s],\"elapsedSeconds\":%.6f,\"checked\":%llu,\"wrong\":%llu}\n",
          (unsigned long long)tested, passes, bad, busy, (unsigned long long)checked, (unsigned long long)wrong);
}

static void measure(const char *address) {
  device_open(address, kernels);
  randomness = (uint64_t)(assay_now() * 1e9) ^ (uint64_t)getpid();
  if (is("pattern")) measure_pattern();
  else measure_bandwidth();
}

int main(int argc, char **argv) {
  double pause = 0;
  what = argc > 3 ? argv[3] : "";
  if (argc < 5 || !device_back_end(argv[1]) || (!is("triad") && !is("copy") && !is("hostToDevice") && !is("deviceToHost") && !is("pattern")) ||
      !assay_count(argv[4], 0, UINT64_MAX, &wanted) || wanted % mebibyte || !device_arguments(argc - 5, argv + 5, &seconds, &pause)) {
    fprintf(stderr, "usage: device opencl|cuda KERNELS triad|copy|hostToDevice|deviceToHost|pattern BYTES|0 SECONDS together|alone PAUSE cold|steady ADDRESS|cpu…\n");
    return 64;
  }
  kernels = argv[2];
  devices = strcmp(argv[6], "together") == 0 ? argc - 9 : 1;
  return each_device(argv[6], argv + 9, argc - 9, pause, seconds, measure);
}
