/*
 * NVIDIA's management library, as far as the recorder asks it: entry points by their versioned names, and the layouts of what they
 * take. Layouts and numbers are those of its public API reference and bindings; no header of the vendor is used. An entry point
 * that a driver lacks is one more thing that is not known of a card.
 */
#ifndef NVML_H
#define NVML_H

#include <stdint.h>
#include "../../kit/native/library.h"

enum { NVML_SUCCESS = 0, NVML_UNINITIALIZED = 1, NVML_INVALID = 2, NVML_NOT_SUPPORTED = 3, NVML_INSUFFICIENT_SIZE = 7, NVML_NOT_LOADED = 9,
       NVML_TIMEOUT = 10, NVML_LOST = 15, NVML_RESET_REQUIRED = 16, NVML_MISMATCH = 18, NVML_UNKNOWN = 999 };

typedef void *nvml_device;

struct nvml_field {
  unsigned id, scope;
  long long timestamp, latency;
  int type, code;
  union { double real; unsigned count; unsigned long word; unsigned long long large; long long large_signed; int small_signed; unsigned short half; } value;
};
struct nvml_event { nvml_device device; unsigned long long type, data; unsigned gpu_instance, compute_instance; };
struct nvml_process { unsigned pid; unsigned long long memory; unsigned gpu_instance, compute_instance; };
struct nvml_margin { unsigned version; int celsius; };
struct nvml_sram {
  unsigned version;
  unsigned long long aggregate[3], volatiles[3], buckets[5];
  unsigned is_exceeded;
};
struct nvml_fabric { unsigned char cluster[16]; int status; unsigned clique; unsigned char state; };
struct nvml_utilization { unsigned gpu, memory; };
/* Structures with a version say size and number in one. */
#define NVML_VERSION(type, number) ((unsigned)(sizeof(type) | (number) << 24))

static struct nvml {
  int (*init)(void), (*shutdown)(void);
  const char *(*error_string)(int);
  int (*driver_version)(char *, unsigned);
  int (*by_address)(const char *, nvml_device *);
  int (*uuid)(nvml_device, char *, unsigned);
  int (*set_create)(void **), (*set_free)(void *), (*set_wait)(void *, struct nvml_event *, unsigned);
  int (*supported_events)(nvml_device, unsigned long long *), (*register_events)(nvml_device, unsigned long long, void *);
  int (*fields)(nvml_device, int, struct nvml_field *);
  int (*temperature)(nvml_device, int, unsigned *), (*threshold)(nvml_device, int, unsigned *), (*margin)(nvml_device, struct nvml_margin *);
  int (*clock)(nvml_device, int, unsigned *), (*power)(nvml_device, unsigned *), (*limit)(nvml_device, unsigned *), (*default_limit)(nvml_device, unsigned *);
  int (*reasons)(nvml_device, unsigned long long *), (*older_reasons)(nvml_device, unsigned long long *);
  int (*utilization)(nvml_device, struct nvml_utilization *);
  int (*ecc)(nvml_device, int, int, unsigned long long *), (*sram)(nvml_device, struct nvml_sram *);
  int (*remapped)(nvml_device, unsigned *, unsigned *, unsigned *, unsigned *), (*retired)(nvml_device, int, unsigned *, unsigned long long *);
  int (*generation)(nvml_device, unsigned *), (*width)(nvml_device, unsigned *), (*most_generation)(nvml_device, unsigned *), (*most_width)(nvml_device, unsigned *);
  int (*replays)(nvml_device, unsigned *);
  int (*link_state)(nvml_device, unsigned, int *), (*link_errors)(nvml_device, unsigned, int, unsigned long long *);
  int (*fabric)(nvml_device, struct nvml_fabric *), (*processes)(nvml_device, unsigned *, struct nvml_process *);
} nvml;

/* By the field that takes it. */
static const struct { const char *symbol; void **place; } nvml_entries[] = {
    {"nvmlInit_v2", (void **)&nvml.init}, {"nvmlShutdown", (void **)&nvml.shutdown}, {"nvmlErrorString", (void **)&nvml.error_string},
    {"nvmlSystemGetDriverVersion", (void **)&nvml.driver_version}, {"nvmlDeviceGetHandleByPciBusId_v2", (void **)&nvml.by_address},
    {"nvmlDeviceGetUUID", (void **)&nvml.uuid},
    /* Whatever is behind this line may be lacking. */
    {"nvmlEventSetCreate", (void **)&nvml.set_create}, {"nvmlEventSetFree", (void **)&nvml.set_free}, {"nvmlEventSetWait_v2", (void **)&nvml.set_wait},
    {"nvmlDeviceGetSupportedEventTypes", (void **)&nvml.supported_events}, {"nvmlDeviceRegisterEvents", (void **)&nvml.register_events},
    {"nvmlDeviceGetFieldValues", (void **)&nvml.fields}, {"nvmlDeviceGetTemperature", (void **)&nvml.temperature},
    {"nvmlDeviceGetTemperatureThreshold", (void **)&nvml.threshold}, {"nvmlDeviceGetMarginTemperature", (void **)&nvml.margin},
    {"nvmlDeviceGetClockInfo", (void **)&nvml.clock}, {"nvmlDeviceGetPowerUsage", (void **)&nvml.power},
    {"nvmlDeviceGetEnforcedPowerLimit", (void **)&nvml.limit}, {"nvmlDeviceGetPowerManagementDefaultLimit", (void **)&nvml.default_limit},
    {"nvmlDeviceGetCurrentClocksEventReasons", (void **)&nvml.reasons}, {"nvmlDeviceGetCurrentClocksThrottleReasons", (void **)&nvml.older_reasons},
    {"nvmlDeviceGetUtilizationRates", (void **)&nvml.utilization}, {"nvmlDeviceGetTotalEccErrors", (void **)&nvml.ecc},
    {"nvmlDeviceGetSramEccErrorStatus", (void **)&nvml.sram}, {"nvmlDeviceGetRemappedRows", (void **)&nvml.remapped},
    {"nvmlDeviceGetRetiredPages", (void **)&nvml.retired}, {"nvmlDeviceGetCurrPcieLinkGeneration", (void **)&nvml.generation},
    {"nvmlDeviceGetCurrPcieLinkWidth", (void **)&nvml.width}, {"nvmlDeviceGetMaxPcieLinkGeneration", (void **)&nvml.most_generation},
    {"nvmlDeviceGetMaxPcieLinkWidth", (void **)&nvml.most_width}, {"nvmlDeviceGetPcieReplayCounter", (void **)&nvml.replays},
    {"nvmlDeviceGetNvLinkState", (void **)&nvml.link_state}, {"nvmlDeviceGetNvLinkErrorCounter", (void **)&nvml.link_errors},
    {"nvmlDeviceGetGpuFabricInfo", (void **)&nvml.fabric}, {"nvmlDeviceGetComputeRunningProcesses_v3", (void **)&nvml.processes}};
enum { NVML_NEEDED = 6, NVML_ENTRIES = sizeof nvml_entries / sizeof *nvml_entries };

/* Opens the library and takes what it has; returns why not, or NULL. */
static inline const char *nvml_open(struct library *library) {
  static const char *const names[] = {"libnvidia-ml.so.1", NULL};
  *library = library_open(names, "NVIDIA's driver");
  if (!library->handle) return library->why;
  for (int i = 0; i < NVML_ENTRIES; i++) {
    *nvml_entries[i].place = i < NVML_NEEDED ? library_symbol(library, nvml_entries[i].symbol, "R460") : dlsym(library->handle, nvml_entries[i].symbol);
    if (!*nvml_entries[i].place && i < NVML_NEEDED) return library->why;
  }
  return NULL;
}

#endif
