/*
 * Random writes to a whole drive in steady state: fills it twice from one end to the other, then writes in rounds until five of them
 * are alike (SNIA Solid State Storage Performance Test Specification, steady state), then reads some blocks back. It destroys what is
 * on the drive, and therefore begins only when the drive has the serial number that it was told, is held by nobody, has no
 * partitions, and is blank at both ends, where every file system, volume manager and partition table leaves its mark.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "../../kit/native/assay.h"

#ifndef SYSFS
#define SYSFS "/sys"
#endif
enum { BLOCK = 4096, FILL = 128 * 1024, DEPTH_AT_MOST = 1024, POOL_BLOCKS = 4096, COMPARED = 5, ROUNDS_AT_MOST = 100, READ_BACK = 4096 };
static const uint64_t blank_bytes = 4 << 20;

static int drive;
static uint64_t drive_bytes, random_state, wrong, checked;
static unsigned char *pool;
static aio_context_t queue;
static char name[64], serial[256], numbers[32];
static struct { double seconds; uint64_t count; } fills[2], rounds[ROUNDS_AT_MOST];
static int fills_done, rounds_done;

static void tell(const char *end, const char *why) {
  char json[3][600];
  printf("{\"compiler\":%s,\"name\":%s,\"majorMinor\":\"%s\",\"serial\":%s,\"driveBytes\":%llu,\"fills\":[", assay_json(json[0], 600, __VERSION__),
         assay_json(json[1], 600, name), numbers, assay_json(json[2], 600, serial), (unsigned long long)drive_bytes);
  for (int i = 0; i < fills_done; i++) printf("%s{\"seconds\":%.3f,\"bytes\":%llu}", i ? "," : "", fills[i].seconds, (unsigned long long)fills[i].count);
  printf("],\"rounds\":[");
  for (int i = 0; i < rounds_done; i++) printf("%s{\"seconds\":%.3f,\"writes\":%llu}", i ? "," : "", rounds[i].seconds, (unsigned long long)rounds[i].count);
  printf("],\"checked\":%llu,\"wrong\":%llu,\"%s\":%s}\n", (unsigned long long)checked, (unsigned long long)wrong, end, assay_json(json[0], 600, why));
  exit(0);
}
#define TELL(end, ...) do { char text_[400]; snprintf(text_, sizeof text_, __VA_ARGS__); tell(end, text_); } while (0)

/* The text of a file of sysfs without blanks at its ends; 0: there is none. `skip` bytes are no text. */
static int attribute(const char *file, size_t skip, char *text, size_t room) {
  char path[512], raw[512];
  snprintf(path, sizeof path, SYSFS "/block/%s/%s", name, file);
  int from = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t got = from < 0 ? -1 : read(from, raw, sizeof raw - 1);
  if (from >= 0) close(from);
  if (got <= (ssize_t)skip) return 0;
  raw[got] = 0;
  char *start = raw + skip;
  while (*start == ' ') start++;
  size_t length = strlen(start);
  while (length > 0 && (start[length - 1] == ' ' || start[length - 1] == '\n')) length--;
  if (length == 0 || length >= room) return 0;
  memcpy(text, start, length), text[length] = 0;
  return 1;
}

/* How many entries of a folder of the drive begin so. */
static int entries(const char *folder, const char *prefix) {
  char path[512];
  int count = 0;
  snprintf(path, sizeof path, SYSFS "/block/%s%s", name, folder);
  DIR *all = opendir(path);
  for (struct dirent *each; all && (each = readdir(all));) count += each->d_name[0] != '.' && strncmp(each->d_name, prefix, strlen(prefix)) == 0;
  if (all) closedir(all);
  return count;
}

static void check_blank(uint64_t from, uint64_t length) {
  unsigned char *bytes = NULL;
  if (posix_memalign((void **)&bytes, BLOCK, length)) TELL("refused", "out of memory");
  for (uint64_t done = 0; done < length;) {
    ssize_t got = pread(drive, bytes + done, length - done, (off_t)(from + done));
    if (got <= 0) TELL("failed", "reading at %llu: %s", (unsigned long long)(from + done), got < 0 ? strerror(errno) : "its end");
    done += (uint64_t)got;
  }
  for (uint64_t i = 0; i < length; i++)
    if (bytes[i]) TELL("refused", "it is not blank: there is something at byte %llu", (unsigned long long)(from + i));
  free(bytes);
}

static void open_drive(const char *path, const char *wanted) {
  struct stat status;
  snprintf(name, sizeof name, "%.63s", strrchr(path, '/') ? strrchr(path, '/') + 1 : path);
  drive = open(path, O_RDWR | O_DIRECT | O_EXCL | O_CLOEXEC);
  if (drive < 0) TELL("refused", "%s: %s", path, errno == EBUSY ? "in use by a file system, a volume or an array" : strerror(errno));
  if (fstat(drive, &status) || !S_ISBLK(status.st_mode)) TELL("refused", "%s is no drive", path);
  snprintf(numbers, sizeof numbers, "%u:%u", major(status.st_rdev), minor(status.st_rdev));
  char own[32] = "";
  if (!attribute("dev", 0, own, sizeof own) || strcmp(own, numbers) != 0) TELL("refused", "%s is no whole drive", path);
  if (!attribute("device/serial", 0, serial, sizeof serial) && !attribute("serial", 0, serial, sizeof serial) &&
      !attribute("device/vpd_pg80", 4, serial, sizeof serial))
    TELL("refused", "it tells no serial number");
  if (strcmp(serial, wanted) != 0) TELL("refused", "expected the drive with the serial number %s", wanted);
  if (entries("/holders", "") > 0) TELL("refused", "it is held by another device");
  if (entries("", name) > 0) TELL("refused", "it has partitions");
  if (ioctl(drive, BLKGETSIZE64, &drive_bytes) || drive_bytes < 4 * blank_bytes) TELL("refused", "it is too small");
  check_blank(0, blank_bytes);
  check_blank((drive_bytes - blank_bytes) / BLOCK * BLOCK, drive_bytes - (drive_bytes - blank_bytes) / BLOCK * BLOCK);
}

/* What belongs into a block: bytes that follow from its place, with the place in front. */
static void put_block(unsigned char *to, uint64_t block) {
  memcpy(to, pool + block * 0x9e3779b1u % POOL_BLOCKS * BLOCK, BLOCK);
  memcpy(to, &block, sizeof block);
}

/*
 * Writes pieces of `bytes` with so many in flight, from one end to the other or anywhere, until the end or for some seconds. Returns
 * how much was written.
 */
static uint64_t write_pieces(uint64_t bytes, int depth, double seconds) {
  static struct iocb requests[DEPTH_AT_MOST];
  static unsigned char *buffers;
  if (!buffers && posix_memalign((void **)&buffers, BLOCK, (size_t)DEPTH_AT_MOST * FILL)) TELL("failed", "out of memory");
  uint64_t pieces = drive_bytes / bytes, next = 0, written = 0;
  int flying = 0, started = 0;
  double end = assay_now() + seconds;
  for (;;) {
    struct io_event events[64];
    struct iocb *ready = NULL;
    int is_over = seconds > 0 ? assay_now() >= end : next >= pieces;
    if (!is_over && started < depth) ready = &requests[started++];
    else if (flying == 0) return written;
    long got = ready ? 0 : syscall(SYS_io_getevents, queue, 1L, 64L, events, NULL);
    if (got < 0 && errno != EINTR) TELL("failed", "waiting for a write: %s", strerror(errno));
    for (long i = -1; i < got; i++) {
      struct iocb *request = i < 0 ? ready : (struct iocb *)(uintptr_t)events[i].obj;
      if (!request) continue;
      if (i >= 0) {
        flying--;
        if ((uint64_t)events[i].res != bytes) TELL("failed", "writing at %llu: %s", (unsigned long long)request->aio_offset, strerror((int)-events[i].res));
        written += bytes;
        if (seconds > 0 ? assay_now() >= end : next >= pieces) continue;
      }
      uint64_t piece = seconds > 0 ? assay_random(&random_state) % pieces : next++;
      unsigned char *buffer = buffers + (size_t)(request - requests) * FILL;
      for (uint64_t at = 0; at < bytes; at += BLOCK) put_block(buffer + at, (piece * bytes + at) / BLOCK);
      *request = (struct iocb){.aio_lio_opcode = IOCB_CMD_PWRITE, .aio_fildes = (uint32_t)drive, .aio_buf = (uintptr_t)buffer, .aio_nbytes = bytes, .aio_offset = (int64_t)(piece * bytes)};
      if (syscall(SYS_io_submit, queue, 1L, &request) != 1) TELL("failed", "submitting a write: %s", strerror(errno));
      flying++;
    }
  }
}

/* Five rounds whose rates lie within 20 % of their mean and whose best line rises or falls by 10 % of it at most. */
static int is_steady(void) {
  if (rounds_done < COMPARED) return 0;
  double rates[COMPARED], mean = 0, least = 1e300, most = 0, slope = 0;
  for (int i = 0; i < COMPARED; i++) {
    rates[i] = (double)rounds[rounds_done - COMPARED + i].count / rounds[rounds_done - COMPARED + i].seconds;
    mean += rates[i] / COMPARED;
    if (rates[i] < least) least = rates[i];
    if (rates[i] > most) most = rates[i];
  }
  for (int i = 0; i < COMPARED; i++) slope += (i - 2) * rates[i] / 10;
  double excursion = 4 * (slope < 0 ? -slope : slope);
  return most - least <= 0.1999 * mean && excursion <= 0.0999 * mean;
}

static void read_back(void) {
  static unsigned char expected[BLOCK];
  unsigned char *found = NULL;
  if (posix_memalign((void **)&found, BLOCK, BLOCK)) TELL("failed", "out of memory");
  for (int i = 0; i < READ_BACK; i++) {
    uint64_t block = assay_random(&random_state) % (drive_bytes / FILL * (FILL / BLOCK));
    if (pread(drive, found, BLOCK, (off_t)(block * BLOCK)) != BLOCK) TELL("failed", "reading at %llu: %s", (unsigned long long)(block * BLOCK), strerror(errno));
    put_block(expected, block);
    checked++, wrong += memcmp(found, expected, BLOCK) != 0;
  }
}

int main(int argc, char **argv) {
  uint64_t depth = 0, most = 0;
  double seconds = 0;
  if (argc != 6 || !assay_count(argv[3], 1, DEPTH_AT_MOST, &depth) || !assay_number(argv[4], 0.1, 600, &seconds) || !assay_count(argv[5], COMPARED, ROUNDS_AT_MOST, &most)) {
    fprintf(stderr, "usage: steady-write DRIVE SERIAL DEPTH SECONDS ROUNDS\n");
    return 64;
  }
  open_drive(argv[1], argv[2]);
  random_state = (uint64_t)(assay_now() * 1e9) ^ (uint64_t)getpid();
  pool = malloc((size_t)POOL_BLOCKS * BLOCK);
  if (!pool || syscall(SYS_io_setup, DEPTH_AT_MOST, &queue)) TELL("failed", "no memory or no asynchronous requests: %s", strerror(errno));
  for (size_t i = 0; i < (size_t)POOL_BLOCKS * BLOCK / 8; i++) ((uint64_t *)(void *)pool)[i] = assay_random(&random_state);
  for (; fills_done < 2; fills_done++) {
    double began = assay_now();
    fills[fills_done].count = write_pieces(FILL, 32, 0);
    fills[fills_done].seconds = assay_now() - began;
  }
  do {
    double began = assay_now();
    rounds[rounds_done].count = write_pieces(BLOCK, (int)depth, seconds) / BLOCK;
    rounds[rounds_done].seconds = assay_now() - began;
    rounds_done++;
  } while (!is_steady() && (uint64_t)rounds_done < most);
  read_back();
  tell("end", "done");
}
