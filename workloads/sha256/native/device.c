/*
 * SHA-256 on accelerators: SHA-256d of block headers with prepared state, or long messages. The digest of Bitcoin's first block
 * is asked for before and after; of every timed launch 16 items, chosen at random, are computed again here.
 */
#include "../../kit/native/accelerator.h"
#include "sha256.h"

enum { SPOT_CHECKS = 16, HEADERS_OF_ITEM = 64, BLOCKS = 256, GROUP = 64, ITEMS_AT_MOST = 1 << 24 };

static int is_bulk;
static double seconds;
static const char *kernels;

static struct {
  uint32_t given[11]; /* state after the first 64 bytes, then the last three words before the nonce */
  uint32_t count;     /* of messages on the device */
  uint64_t random;
  int checked, wrong;
} work;

/* The word that stands at a place of the device's messages: half of a number that is found without those before it. */
static uint32_t word_at(uint64_t place) {
  uint64_t state = 1 + place / 2 * ASSAY_RANDOM_STEP;
  return (uint32_t)(assay_random(&state) >> (place % 2 * 32));
}

static uint32_t fold(uint32_t so_far, const uint32_t digest[8]) {
  for (int i = 0; i < 8; i++) so_far = turn(so_far, 1) ^ digest[i];
  return so_far;
}

static void hash_header(uint32_t digest[8], uint32_t nonce) {
  uint32_t w[16] = {work.given[8], work.given[9], work.given[10], nonce, 0x80000000}, first[8];
  w[15] = 640;
  memcpy(first, work.given, 32);
  compress_scalar(first, w);
  uint32_t again[16] = {[8] = 0x80000000, [15] = 256};
  memcpy(again, first, 32);
  memcpy(digest, initial, 32);
  compress_scalar(digest, again);
}

/* What an item has to give. */
static uint32_t expected_of(uint32_t item, uint32_t launch_value) {
  uint32_t digest[8], folded = 0;
  if (!is_bulk) {
    for (uint32_t n = 0; n < HEADERS_OF_ITEM; n++) {
      hash_header(digest, launch_value + item * HEADERS_OF_ITEM + n);
      folded = fold(folded, digest);
    }
    return folded;
  }
  uint32_t w[16];
  memcpy(digest, initial, 32);
  for (size_t block = 0; block < BLOCKS; block++) {
    for (size_t i = 0; i < 16; i++) w[i] = word_at((block * 16 + i) * (uint64_t)work.count + item);
    if (block == 0) w[0] ^= launch_value;
    compress_scalar(digest, w);
  }
  uint32_t padding[16] = {[0] = 0x80000000, [15] = BLOCKS * 512};
  compress_scalar(digest, padding);
  return fold(0, digest);
}

static void check_known_answer(struct device_kernel *kernel, device_buffer given, device_buffer folded, device_buffer last) {
  uint32_t digest[8] = {0}, nonce = header[19];
  const uint32_t one = 1;
  ARGUMENT(*kernel, 0, given), ARGUMENT(*kernel, 1, nonce), ARGUMENT(*kernel, 2, one), ARGUMENT(*kernel, 3, folded);
  ARGUMENT(*kernel, 4, last);
  device_run(kernel, 1, 1);
  device_read(last, 0, digest, sizeof digest);
  work.checked++;
  work.wrong += memcmp(digest, header_twice, sizeof digest) != 0;
}

/* Items that one message each fit into a quarter of what the device has, and of what one buffer may have. */
static uint32_t most_items(void) {
  if (!is_bulk) return ITEMS_AT_MOST;
  uint64_t room = device.memory / 4 < device.largest ? device.memory / 4 : device.largest;
  uint64_t enough = strcmp(device.kind, "cpu") == 0 ? 1u << 28 : (uint64_t)1 << 32;
  if (room > enough) room = enough;
  return (uint32_t)(room / (BLOCKS * 64)) / GROUP * GROUP;
}

/* The messages, brought to the device in pieces: a host with many accelerators may have little memory. */
static device_buffer fill_messages(void) {
  static uint32_t piece[1 << 20];
  uint64_t count = (uint64_t)work.count * BLOCKS * 16;
  device_buffer words = device_memory(count * 4, "messages");
  for (uint64_t at = 0; at < count; at += 1 << 20) {
    uint64_t length = count - at < 1 << 20 ? count - at : 1 << 20;
    for (uint64_t i = 0; i < length; i++) piece[i] = word_at(at + i);
    device_write(words, at * 4, piece, length * 4);
  }
  return words;
}

static void measure(const char *address) {
  device_open(address, kernels);
  memcpy(work.given, initial, 32);
  compress_scalar(work.given, header);
  memcpy(work.given + 8, header + 16, 12);
  work.random = (uint64_t)(assay_now() * 1e9) ^ (uint64_t)getpid();

  struct device_kernel known = device_kernel("headers"), timed = device_kernel(is_bulk ? "messages" : "headers");
  uint32_t most = most_items(), items = most < 4096 ? most : 4096, launch_value = header[19];
  if (items < GROUP) device_fail("expected room for %d messages, the device has %llu bytes", GROUP, (unsigned long long)device.memory);
  device_buffer given = device_memory(sizeof work.given, "the header"), last = device_memory(32, "a digest");
  device_write(given, 0, work.given, sizeof work.given);
  device_buffer folded = device_memory((size_t)most * 4, "results"), words = NULL;
  const uint32_t each = HEADERS_OF_ITEM, blocks = BLOCKS;
  if (is_bulk) {
    work.count = most;
    words = fill_messages();
  }
  check_known_answer(&known, given, folded, last);

  uint64_t hashed = 0;
  double busy = 0;
  timing_begin();
  while (timing_goes_on(seconds)) {
    launch_value += items * (is_bulk ? 1 : HEADERS_OF_ITEM);
    if (is_bulk) {
      ARGUMENT(timed, 0, words), ARGUMENT(timed, 1, work.count), ARGUMENT(timed, 2, blocks), ARGUMENT(timed, 3, launch_value), ARGUMENT(timed, 4, folded);
    } else {
      ARGUMENT(timed, 0, given), ARGUMENT(timed, 1, launch_value), ARGUMENT(timed, 2, each), ARGUMENT(timed, 3, folded), ARGUMENT(timed, 4, last);
    }
    double took = device_run(&timed, items, GROUP);
    for (int i = 0; i < SPOT_CHECKS; i++) {
      uint32_t got = 0, item = (uint32_t)(assay_random(&work.random) % items);
      device_read(folded, (size_t)item * 4, &got, 4);
      work.checked++;
      work.wrong += got != expected_of(item, launch_value);
    }
    const uint32_t launched = items;
    if (timing_counts(launched, took, &items, GROUP, most)) hashed += launched, busy += took;
  }
  check_known_answer(&known, given, folded, last);
  device_tell();
  fprintf(device_turn.out, "\"work\":\"%s\",\"done\":%llu,\"elapsedSeconds\":%.6f,\"checked\":%d,\"wrong\":%d}\n", is_bulk ? "bytes" : "headers",
          (unsigned long long)hashed * (is_bulk ? BLOCKS * 64 : HEADERS_OF_ITEM), busy, work.checked, work.wrong);
}

int main(int argc, char **argv) {
  double pause = 0;
  if (argc < 4 || !device_back_end(argv[1]) || (strcmp(argv[3], "headers") != 0 && strcmp(argv[3], "messages") != 0) ||
      !device_arguments(argc - 4, argv + 4, &seconds, &pause)) {
    fprintf(stderr, "usage: device opencl|cuda KERNELS headers|messages SECONDS together|alone PAUSE cold|steady ADDRESS|cpu…\n");
    return 64;
  }
  kernels = argv[2];
  is_bulk = strcmp(argv[3], "messages") == 0;
  return each_device(argv[5], argv + 8, argc - 8, pause, seconds, measure);
}
