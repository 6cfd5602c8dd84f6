/*
 * What a device of NVIDIA's draws while it is timed, as its driver tells it: by its counter of energy (Volta and later), which misses
 * nothing, else by samples of its power, which on many cards show a quarter of the time only. Include it behind accelerator.h.
 */
#ifndef ASSAY_POWER_H
#define ASSAY_POWER_H

#include "accelerator.h"

enum { NVML_NO_SUCH_COUNTER = 3 }; /* NVML_ERROR_NOT_SUPPORTED */

static struct {
  int (*energy)(void *device, unsigned long long *millijoules);
  int (*usage)(void *device, unsigned *milliwatts);
  unsigned long long first, last;
  double began, ended, watts;
  int samples;
  const char *by, *why; /* `by`, or why nothing is known */
} power;

static int is_counted(void) { return power.by && power.by[0] == 'e'; }
static int is_sampled(void) { return power.by && power.by[0] == 's'; }
static void power_stop(const char *why) { power.by = NULL, power.why = why; }

/* Before anything is timed. */
static void power_open(void) {
  void *library = find_nvml() ? dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL) : NULL;
  if (!library) return power_stop("no libnvidia-ml.so.1 knows the device");
  power.energy = (int (*)(void *, unsigned long long *))dlsym(library, "nvmlDeviceGetTotalEnergyConsumption");
  power.usage = (int (*)(void *, unsigned *))dlsym(library, "nvmlDeviceGetPowerUsage");
  int code = power.energy ? power.energy(nvml.device, &power.first) : NVML_NO_SUCH_COUNTER;
  if (code == 0) power.by = "energy counter";
  else if (code == NVML_NO_SUCH_COUNTER && power.usage) power.by = "samples";
  else power_stop("its driver tells neither energy nor power");
}

/* The timed window begins now. */
static void power_begin(void) {
  if (is_counted() && power.energy(nvml.device, &power.first) != 0) power_stop("its driver tells no energy of it any more");
  power.began = assay_now();
}

/* Behind each batch. */
static void power_sample(void) {
  unsigned milliwatts = 0;
  if (!is_sampled()) return;
  if (power.usage(nvml.device, &milliwatts) == 0) power.watts += milliwatts / 1000.0, power.samples++;
  else power_stop("its driver tells no power of it any more");
}

/* The timed window has ended. */
static void power_end(void) {
  if (is_counted() && power.energy(nvml.device, &power.last) != 0) power_stop("its driver tells no energy of it any more");
  if (is_counted() && power.last < power.first) power_stop("its counter of energy went back");
  power.ended = assay_now();
}

static void power_tell(void) {
  FILE *out = device_turn.out;
  double elapsed = power.ended - power.began;
  if (is_sampled() && power.samples > 0)
    fprintf(out, "\"power\":{\"by\":\"samples\",\"samples\":%d,\"watts\":%.3f,\"seconds\":%.6f},", power.samples, power.watts / power.samples, elapsed);
  else if (is_counted())
    fprintf(out, "\"power\":{\"by\":\"energy counter\",\"millijoules\":%llu,\"seconds\":%.6f},", power.last - power.first, elapsed);
  else fprintf(out, "\"power\":{\"unknown\":\"%s\"},", power.why ? power.why : "no sample was taken");
}

#endif
