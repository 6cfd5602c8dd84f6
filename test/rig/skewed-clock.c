/* Shifts the wall clock, and no other, of every program that takes the time from libc: loaded into all of them by
 * /etc/ld.so.preload of a node (skew-clock.ts). libfaketime needs its settings in the environment, which an agent does
 * not hand on, and makes calls that the sandbox of sshd forbids. File times stay those of the machine, and a wait until
 * an absolute wall-clock time does not end when it should. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/time.h>
#include <time.h>

static int (*machine_clock)(clockid_t, struct timespec *);

__attribute__((constructor)) static void find_machine_clock(void) {
  if (machine_clock == NULL)
    machine_clock = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  find_machine_clock(); /* a constructor of another library may ask before ours has run */
  int result = machine_clock(clock, now);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI))
    now->tv_sec += SKEW_SECONDS;
  return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  (void)zone;
  struct timespec precise;
  int result = clock_gettime(CLOCK_REALTIME, &precise);
  if (result == 0 && now != NULL) *now = (struct timeval){precise.tv_sec, precise.tv_nsec / 1000};
  return result;
}

time_t time(time_t *now) {
  struct timespec precise;
  if (clock_gettime(CLOCK_REALTIME, &precise) != 0) return (time_t)-1;
  if (now != NULL) *now = precise.tv_sec;
  return precise.tv_sec;
}

int timespec_get(struct timespec *now, int base) {
  return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, now) == 0 ? base : 0;
}
