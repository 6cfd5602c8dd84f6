/*
 * Plays nvidia-smi for tests, as far as Assay asks it: `-q -x`, and two queries that go on: of use, and of heat. What it says are
 * the devices of a scenario and what has happened to them (scenario.h), so that it agrees with the drivers that play beside it.
 */
#include <stdarg.h>
#include <time.h>
#include "scenario.h"

static const struct happened *what_happened_to(const struct gpu *gpu) { return &happened[gpu - scenario.gpus]; }

/* As the driver writes it: `00000000:01:00.0`. */
static const char *bus_id(const struct gpu *gpu) {
  static char text[40];
  snprintf(text, sizeof text, "0000%s", gpu->address);
  return text;
}

static int is_listed(const struct gpu *gpu) { return gpu->address[0] && !gpu->is_absent; }

/* A getter's answer, or its error. */
__attribute__((format(printf, 3, 4))) static void element(const struct gpu *gpu, const char *name, const char *format, ...) {
  va_list list;
  va_start(list, format);
  printf("\t\t<%s>", name);
  if (gpu->is_sick) printf("Unknown Error");
  else vprintf(format, list);
  printf("</%s>\n", name);
  va_end(list);
}

static const char *uuid_of(const struct gpu *gpu) {
  return gpu->swap > 0 && what_happened_to(gpu)->launches >= gpu->swap ? gpu->other_uuid : gpu->uuid;
}

static int degrees_of(const struct gpu *gpu) {
  return is_loaded((int)(gpu - scenario.gpus)) ? gpu->loaded_degrees : gpu->idle_degrees;
}

static void describe(const struct gpu *gpu) {
  const struct happened *its = what_happened_to(gpu);
  printf("\t<gpu id=\"%s\">\n", bus_id(gpu));
  element(gpu, "product_name", "Played GPU");
  element(gpu, "persistence_mode", "Enabled");
  printf("\t\t<mig_mode>\n"), element(gpu, "current_mig", "%s", gpu->is_partitioned ? "Enabled" : "Disabled"), printf("\t\t</mig_mode>\n");
  element(gpu, "serial", "%s", gpu->address);
  element(gpu, "uuid", "%s", uuid_of(gpu));
  element(gpu, "vbios_version", "94.02.42.00.01");
  if (gpu->recovery[0]) element(gpu, "gpu_recovery_action", "%s", gpu->recovery);
  if (gpu->has_fabric) printf("\t\t<fabric>\n"), element(gpu, "state", "Completed"), element(gpu, "status", "Success"), printf("\t\t</fabric>\n");
  printf("\t\t<fb_memory_usage>\n");
  element(gpu, "total", "%llu MiB", (unsigned long long)(gpu->memory >> 20));
  element(gpu, "used", "%ld MiB", gpu->process_mebibytes);
  printf("\t\t</fb_memory_usage>\n\t\t<utilization>\n");
  element(gpu, "gpu_util", "0 %%");
  printf("\t\t</utilization>\n\t\t<ecc_mode>\n");
  element(gpu, "current_ecc", "Enabled");
  printf("\t\t</ecc_mode>\n\t\t<ecc_errors>\n\t\t<volatile>\n");
  element(gpu, "dram_uncorrectable", "%ld", its->volatile_errors);
  printf("\t\t</volatile>\n\t\t<aggregate>\n");
  element(gpu, "dram_uncorrectable", "%ld", its->aggregate_errors);
  printf("\t\t</aggregate>\n\t\t</ecc_errors>\n\t\t<remapped_rows>\n");
  element(gpu, "remapped_row_pending", gpu->remap == 1 ? "Yes" : "No"), element(gpu, "remapped_row_failure", gpu->remap == 2 ? "Yes" : "No");
  printf("\t\t</remapped_rows>\n\t\t<temperature>\n");
  element(gpu, "gpu_temp", "%d C", degrees_of(gpu));
  element(gpu, "gpu_temp_slow_threshold", "%d C", gpu->limit_degrees);
  printf("\t\t</temperature>\n\t\t<gpu_power_readings>\n");
  element(gpu, "current_power_limit", "%.2f W", gpu->watts), element(gpu, "default_power_limit", "%.2f W", gpu->default_watts);
  printf("\t\t</gpu_power_readings>\n\t\t<processes>\n");
  if (gpu->process_pid)
    printf("\t\t<process_info><pid>%ld</pid><type>C</type><process_name>%s</process_name><used_memory>%ld MiB</used_memory></process_info>\n",
           gpu->process_pid, gpu->process, gpu->process_mebibytes);
  printf("\t\t</processes>\n\t</gpu>\n");
}

/* One device that is lost takes the answer of all with it, as the real one does. */
static int describe_all(void) {
  int listed = 0;
  for (int i = 0; i < scenario.count; i++) {
    if (!is_listed(&scenario.gpus[i])) continue;
    if (happened[i].is_lost) {
      printf("Unable to determine the device handle for GPU%d: %s: GPU is lost.  Reboot the system to recover this GPU\n", i, bus_id(&scenario.gpus[i]));
      return 15;
    }
    listed++;
  }
  printf("<?xml version=\"1.0\" ?>\n<!DOCTYPE nvidia_smi_log SYSTEM \"nvsmi_device_v12.dtd\">\n<nvidia_smi_log>\n\t<assay_stand_in>1</assay_stand_in>\n");
  printf("\t<driver_version>550.90.07</driver_version>\n\t<attached_gpus>%d</attached_gpus>\n", listed);
  for (int i = 0; i < scenario.count; i++)
    if (is_listed(&scenario.gpus[i])) describe(&scenario.gpus[i]);
  printf("</nvidia_smi_log>\n");
  return 0;
}

/* Nobody is at work on any, as long as it is not measured. Told ten times as often as is asked for, since nothing changes meanwhile. */
static void tell_use(long milliseconds) {
  struct timespec pause = {milliseconds / 10000, milliseconds % 10000 * 100000};
  for (;;) {
    for (int i = 0; i < scenario.count; i++)
      if (is_listed(&scenario.gpus[i])) printf("%s, %d\n", bus_id(&scenario.gpus[i]), is_loaded(i) ? 100 : 0);
    if (fflush(stdout) != 0) exit(0);
    nanosleep(&pause, NULL);
  }
}

static void tell_temperatures(long milliseconds) {
  struct timespec pause = {milliseconds / 1000, milliseconds % 1000 * 1000000};
  for (;;) {
    for (int i = 0; i < scenario.count; i++) {
      const struct gpu *gpu = &scenario.gpus[i];
      if (!is_listed(gpu)) continue;
      if (happened[i].is_lost) printf("%s, [GPU is lost], [GPU is lost]\n", bus_id(gpu));
      else if (gpu->is_sick) printf("%s, [Unknown Error], [Unknown Error]\n", bus_id(gpu));
      else printf("%s, %s, %d\n", bus_id(gpu), uuid_of(gpu), degrees_of(gpu));
    }
    if (fflush(stdout) != 0) exit(0);
    nanosleep(&pause, NULL);
  }
}

int main(int argc, char **argv) {
  read_scenario();
  if (!scenario.has_driver) {
    printf("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.\n");
    return 9;
  }
  if (argc == 3 && strcmp(argv[1], "-q") == 0 && strcmp(argv[2], "-x") == 0) return describe_all();
  if (argc == 5 && strcmp(argv[2], "--format=csv,noheader,nounits") == 0 && strcmp(argv[3], "-lms") == 0) {
    if (strcmp(argv[1], "--query-gpu=pci.bus_id,uuid,temperature.gpu") == 0) tell_temperatures(atol(argv[4]));
    if (strcmp(argv[1], "--query-gpu=pci.bus_id,utilization.gpu") == 0) tell_use(atol(argv[4]));
  }
  reject("nvidia-smi is asked nothing of this kind", argc > 1 ? argv[1] : "");
}
