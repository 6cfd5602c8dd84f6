/*
 * When a device may be timed: at once, or when it is as warm as it gets under this load. All devices of a run are loaded until the
 * last of them is warm, since they heat each other. What is printed are the windows; whether they are steady is decided by who reads
 * them (kit/warm-up.ts), here only when to stop.
 */
#ifndef ASSAY_WARM_UP_H
#define ASSAY_WARM_UP_H

#include <dirent.h>
#include <dlfcn.h>
#include <math.h>
#include "device.h"

#ifndef WARM_SECONDS
#define WARM_SECONDS 120
#endif
#ifndef WINDOW_SECONDS
#define WINDOW_SECONDS 10
#endif
enum { WINDOWS_AT_MOST = 128, WINDOWS_COMPARED = 3 };

static struct {
  double began, window_began, done, busy;
  int count;
  struct { double seconds, done, busy, celsius; } windows[WINDOWS_AT_MOST];
  double (*celsius)(void);
  const char *thermometer;
} warm_up;

/* NVIDIA's management library, by the device's own address. */
static struct {
  void *device;
  int (*temperature)(void *device, int sensor, unsigned *celsius);
} nvml;
static double nvml_celsius(void) {
  unsigned celsius = 0;
  return nvml.temperature(nvml.device, 0, &celsius) == 0 ? celsius : NAN;
}
static int find_nvml(void) {
  void *library = dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!library) return 0;
  int (*begin)(void) = (int (*)(void))dlsym(library, "nvmlInit_v2");
  int (*find)(const char *, void **) = (int (*)(const char *, void **))dlsym(library, "nvmlDeviceGetHandleByPciBusId_v2");
  nvml.temperature = (int (*)(void *, int, unsigned *))dlsym(library, "nvmlDeviceGetTemperature");
  return begin && find && nvml.temperature && begin() == 0 && find(device_turn.address, &nvml.device) == 0 && !isnan(nvml_celsius());
}

/* The kernel's: the hottest sensor of a device on the PCI bus, or of the processor. */
static char hwmon[320];
static double hwmon_celsius(void) {
  double hottest = NAN;
  for (int i = 1; i <= 64; i++) {
    char path[400];
    long milli = 0;
    snprintf(path, sizeof path, "%s/temp%d_input", hwmon, i);
    FILE *file = fopen(path, "r");
    if (!file) continue;
    if (fscanf(file, "%ld", &milli) == 1 && !(hottest >= milli / 1000.0)) hottest = milli / 1000.0;
    fclose(file);
  }
  return hottest;
}
static int is_of_processor(const char *folder) {
  char path[400], name[64] = "";
  snprintf(path, sizeof path, "%s/name", folder);
  FILE *file = fopen(path, "r");
  if (!file || fscanf(file, "%63s", name) != 1) name[0] = 0;
  if (file) fclose(file);
  return strcmp(name, "coretemp") == 0 || strcmp(name, "k10temp") == 0 || strcmp(name, "cpu_thermal") == 0;
}
static int find_hwmon(void) {
  char folder[256];
  int is_cpu = strcmp(device_turn.address, "cpu") == 0, found = 0;
  if (is_cpu) snprintf(folder, sizeof folder, "/sys/class/hwmon");
  else snprintf(folder, sizeof folder, "/sys/bus/pci/devices/%.40s/hwmon", device_turn.address);
  DIR *all = opendir(folder);
  for (struct dirent *each; all && !found && (each = readdir(all));) {
    if (strncmp(each->d_name, "hwmon", 5) != 0) continue;
    snprintf(hwmon, sizeof hwmon, "%s/%.60s", folder, each->d_name);
    found = (!is_cpu || is_of_processor(hwmon)) && !isnan(hwmon_celsius());
  }
  if (all) closedir(all);
  return found;
}
static double no_celsius(void) { return NAN; }

static void warm_up_begin(void) {
  if (find_nvml()) warm_up.celsius = nvml_celsius, warm_up.thermometer = "nvml";
  else if (find_hwmon()) warm_up.celsius = hwmon_celsius, warm_up.thermometer = "hwmon";
  else warm_up.celsius = no_celsius, warm_up.thermometer = NULL;
  warm_up.began = warm_up.window_began = assay_now();
}

/*
 * Whether the last windows are alike and no warmer than before; of a device without a thermometer only the first is known. A little
 * stricter than who reads it, since what is printed is rounded.
 */
static int is_steady(double now) {
  if (now - warm_up.began < WARM_SECONDS + 0.01 || warm_up.count <= WINDOWS_COMPARED) return 0;
  double least = INFINITY, most = 0, seconds = 0;
  for (int i = warm_up.count - WINDOWS_COMPARED; i < warm_up.count; i++) {
    double rate = warm_up.windows[i].done / warm_up.windows[i].busy;
    least = fmin(least, rate), most = fmax(most, rate), seconds += warm_up.windows[i].seconds;
  }
  double risen = warm_up.windows[warm_up.count - 1].celsius - warm_up.windows[warm_up.count - 1 - WINDOWS_COMPARED].celsius;
  return most <= 1.0099 * least && !(risen * 30 / seconds >= 0.99);
}

/* After a launch that did so much in so long: whether this device and all others may be timed, or time is up. */
static int warm_up_is_over(double done, double took) {
  double now = assay_now();
  warm_up.done += done, warm_up.busy += took;
  if (now - warm_up.window_began >= WINDOW_SECONDS && warm_up.count < WINDOWS_AT_MOST) {
    warm_up.windows[warm_up.count].seconds = now - warm_up.window_began;
    warm_up.windows[warm_up.count].done = warm_up.done, warm_up.windows[warm_up.count].busy = warm_up.busy;
    warm_up.windows[warm_up.count].celsius = round(warm_up.celsius() * 10) / 10;
    warm_up.count++, warm_up.window_began = now, warm_up.done = warm_up.busy = 0;
    *device_turn.state = is_steady(now) ? IS_WARM : IS_WARMING;
  }
  return now - warm_up.began >= WARM_AT_MOST || all_are_warm();
}

static void warm_up_tell(void) {
  fprintf(device_turn.out, "\"warmUp\":{\"thermometer\":");
  if (warm_up.thermometer) fprintf(device_turn.out, "\"%s\"", warm_up.thermometer);
  else fprintf(device_turn.out, "null");
  fprintf(device_turn.out, ",\"windows\":[");
  for (int i = 0; i < warm_up.count; i++) {
    fprintf(device_turn.out, "%s{\"seconds\":%.3f,\"done\":%.0f,\"busySeconds\":%.6f,\"celsius\":", i ? "," : "", warm_up.windows[i].seconds,
            warm_up.windows[i].done, warm_up.windows[i].busy);
    if (isnan(warm_up.windows[i].celsius)) fprintf(device_turn.out, "null}");
    else fprintf(device_turn.out, "%.1f}", warm_up.windows[i].celsius);
  }
  fprintf(device_turn.out, "]},");
}

#endif
