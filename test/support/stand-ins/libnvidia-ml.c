#define _GNU_SOURCE
/*
 * Stands in for NVIDIA's management library in tests: it tells of the devices of a scenario and of what has happened to them
 * (scenario.h), so that it agrees with the driver and the nvidia-smi that play beside it. It says that it is none by the symbol
 * `assay_stand_in`. Layouts are those that our own program believes in: nothing here shows that a driver has them.
 */
#include <strings.h>
#include <time.h>
#include "../../../workloads/accelerator-health/native/nvml.h"
#include "scenario.h"

const int assay_stand_in = 1;
enum { NO_PERMISSION = 4, NOT_FOUND = 6 };
/* Which events a process has had of each device; what came before it asked is never delivered. */
static unsigned had[GPUS_AT_MOST];
static int sets[GPUS_AT_MOST], set_count; /* of which device each is */

static int at(nvml_device device) { return (int)((struct gpu *)device - scenario.gpus); }
#define OF(device) const struct gpu *gpu = device; const struct happened *its = &happened[at(device)]
/* Every getter asks here first. */
static int refusal(nvml_device device) {
  OF(device);
  return its->is_lost ? NVML_LOST : gpu->is_sick ? NVML_UNKNOWN : NVML_SUCCESS;
}
/* Whether a launch has been, since the counters began: a reset lets them begin again. */
static int has_been(const struct gpu *gpu, long launch) {
  long launches = happened[gpu - scenario.gpus].launches;
  return launch > 0 && launches >= launch && !(gpu->reset && launches >= gpu->reset);
}
#define GIVE(value, what) do { int no = refusal(device); if (no) return no; *(value) = (what); return NVML_SUCCESS; } while (0)

int nvmlInit_v2(void) {
  read_scenario();
  return scenario.has_driver ? NVML_SUCCESS : NVML_NOT_LOADED;
}
int nvmlShutdown(void) { return NVML_SUCCESS; }
const char *nvmlErrorString(int code) {
  switch (code) {
    case NVML_SUCCESS: return "Success";
    case NVML_NOT_SUPPORTED: return "Not Supported";
    case NO_PERMISSION: return "Insufficient Permissions";
    case NOT_FOUND: return "Not Found";
    case NVML_NOT_LOADED: return "Driver Not Loaded";
    case NVML_TIMEOUT: return "Timeout";
    case NVML_LOST: return "GPU is lost";
    default: return "Unknown Error";
  }
}
int nvmlSystemGetDriverVersion(char *out, unsigned room) {
  snprintf(out, room, "550.90.07");
  return NVML_SUCCESS;
}
int nvmlDeviceGetHandleByPciBusId_v2(const char *address, nvml_device *device) {
  for (int i = 0; i < scenario.count; i++)
    if (!scenario.gpus[i].is_absent && strcasecmp(scenario.gpus[i].address, address) == 0) return *device = &scenario.gpus[i], happened[i].is_lost ? NVML_LOST : NVML_SUCCESS;
  return NOT_FOUND;
}
int nvmlDeviceGetUUID(nvml_device device, char *out, unsigned room) {
  OF(device);
  (void)its;
  snprintf(out, room, "%s", gpu->uuid);
  return refusal(device);
}

int nvmlEventSetCreate(void **set) {
  if (set_count >= GPUS_AT_MOST) return NVML_UNKNOWN;
  *set = &sets[set_count++];
  return NVML_SUCCESS;
}
int nvmlEventSetFree(void *set) { return (void)set, NVML_SUCCESS; }
int nvmlDeviceGetSupportedEventTypes(nvml_device device, unsigned long long *types) { GIVE(types, 0xfb); }
int nvmlDeviceRegisterEvents(nvml_device device, unsigned long long types, void *set) {
  OF(device);
  (void)types;
  if (gpu->has_no_events) return NO_PERMISSION;
  for (int i = 0; i < gpu->xid_count; i++)
    if (its->launches >= gpu->xids[i].launch) had[at(device)] |= 1u << i;
  *(int *)set = at(device);
  return refusal(device);
}
int nvmlEventSetWait_v2(void *set, struct nvml_event *event, unsigned milliseconds) {
  int i = *(int *)set;
  const struct gpu *gpu = &scenario.gpus[i];
  (void)milliseconds;
  for (int k = 0; k < gpu->xid_count; k++) {
    if (had[i] & 1u << k || happened[i].launches < gpu->xids[k].launch) continue;
    had[i] |= 1u << k;
    *event = (struct nvml_event){(nvml_device)gpu, 0x8, gpu->xids[k].number, ~0u, ~0u};
    return NVML_SUCCESS;
  }
  if (has_been(gpu, gpu->overflow)) return NVML_UNKNOWN;
  return happened[i].is_lost ? NVML_LOST : NVML_TIMEOUT;
}

/* The counters by their field; those that begin anew are what has happened since. */
static long long counted(const struct gpu *gpu, unsigned field) {
  long launches = happened[gpu - scenario.gpus].launches, second = 1000000000;
  switch (field) {
    case 226: return gpu->action == 1;
    case 227: return gpu->action == 4;
    case 230: return gpu->action;
    case 252: case 75: return has_been(gpu, gpu->throttle) ? gpu->throttle_seconds * second : 0;
    case 74: return gpu->watts < gpu->default_watts ? launches * second / 10 : 0;
    default: return 0;
  }
}
int nvmlDeviceGetFieldValues(nvml_device device, int count, struct nvml_field *fields) {
  OF(device);
  (void)its;
  for (int i = 0; i < count; i++) {
    unsigned id = fields[i].id;
    int is_known = id == 226 || id == 227 || id == 230 || id == 74 || id == 75 || id == 77 || id == 79 || (id >= 251 && id <= 253);
    int is_lacking = !is_known || (gpu->is_old && id >= 230);
    fields[i].code = is_lacking ? NVML_NOT_SUPPORTED : refusal(device);
    fields[i].type = 3, fields[i].value.large = (unsigned long long)counted(gpu, id);
  }
  return NVML_SUCCESS;
}

int nvmlDeviceGetTemperature(nvml_device device, int sensor, unsigned *celsius) {
  OF(device);
  (void)sensor, (void)its;
  GIVE(celsius, (unsigned)(is_loaded(at(device)) ? gpu->loaded_degrees : gpu->idle_degrees));
}
int nvmlDeviceGetTemperatureThreshold(nvml_device device, int which, unsigned *celsius) {
  OF(device);
  (void)its;
  if (which != 1) return NVML_NOT_SUPPORTED;
  GIVE(celsius, (unsigned)gpu->limit_degrees);
}
int nvmlDeviceGetMarginTemperature(nvml_device device, struct nvml_margin *margin) {
  OF(device);
  (void)its;
  if (gpu->is_old) return NVML_NOT_SUPPORTED;
  if (margin->version != NVML_VERSION(struct nvml_margin, 1)) return 25; /* version mismatch */
  GIVE(&margin->celsius, gpu->margin);
}
int nvmlDeviceGetClockInfo(nvml_device device, int which, unsigned *megahertz) { (void)which; GIVE(megahertz, is_loaded(at(device)) ? 1710 : 210); }
static double drawn(nvml_device device) {
  const struct gpu *gpu = device;
  return !is_loaded(at(device)) ? 60 : gpu->draws > 0 ? gpu->draws : gpu->watts;
}
int nvmlDeviceGetPowerUsage(nvml_device device, unsigned *milliwatts) { GIVE(milliwatts, (unsigned)(1000 * drawn(device))); }
/* As if it had drawn all the time what it draws now; cards before Volta have no such counter. */
int nvmlDeviceGetTotalEnergyConsumption(nvml_device device, unsigned long long *millijoules) {
  struct timespec now;
  if (((struct gpu *)device)->is_old) return NVML_NOT_SUPPORTED;
  clock_gettime(CLOCK_MONOTONIC, &now);
  GIVE(millijoules, (unsigned long long)(1000 * drawn(device) * ((double)now.tv_sec + 1e-9 * (double)now.tv_nsec)));
}
int nvmlDeviceGetEnforcedPowerLimit(nvml_device device, unsigned *milliwatts) { GIVE(milliwatts, (unsigned)(1000 * ((struct gpu *)device)->watts)); }
int nvmlDeviceGetPowerManagementDefaultLimit(nvml_device device, unsigned *milliwatts) { GIVE(milliwatts, (unsigned)(1000 * ((struct gpu *)device)->default_watts)); }
int nvmlDeviceGetCurrentClocksThrottleReasons(nvml_device device, unsigned long long *reasons) {
  OF(device);
  (void)its;
  GIVE(reasons, is_loaded(at(device)) ? (gpu->watts < gpu->default_watts ? 0x4 : 0) | (has_been(gpu, gpu->throttle) ? 0x48 : 0) : 0x1);
}
int nvmlDeviceGetUtilizationRates(nvml_device device, struct nvml_utilization *rates) { GIVE(&rates->gpu, is_loaded(at(device)) ? 100 : 0); }
int nvmlDeviceGetTotalEccErrors(nvml_device device, int kind, int counter, unsigned long long *errors) {
  OF(device);
  GIVE(errors, (unsigned long long)(kind != 1 || has_been(gpu, gpu->reset) ? 0 : counter == 1 ? its->aggregate_errors : its->volatile_errors));
}
int nvmlDeviceGetSramEccErrorStatus(nvml_device device, struct nvml_sram *status) { GIVE(&status->is_exceeded, (unsigned)((struct gpu *)device)->is_over); }
int nvmlDeviceGetRemappedRows(nvml_device device, unsigned *corrected, unsigned *uncorrected, unsigned *pending, unsigned *failure) {
  OF(device);
  (void)its;
  *corrected = 0, *uncorrected = 0, *pending = gpu->remap == 1;
  GIVE(failure, gpu->remap == 2);
}
int nvmlDeviceGetRetiredPages(nvml_device device, int cause, unsigned *pages, unsigned long long *addresses) {
  (void)device, (void)cause, (void)pages, (void)addresses;
  return NVML_NOT_SUPPORTED; /* cards that remap rows retire no pages */
}
int nvmlDeviceGetCurrPcieLinkGeneration(nvml_device device, unsigned *generation) { GIVE(generation, is_loaded(at(device)) ? (unsigned)((struct gpu *)device)->generation : 1); }
int nvmlDeviceGetCurrPcieLinkWidth(nvml_device device, unsigned *width) { GIVE(width, is_loaded(at(device)) ? (unsigned)((struct gpu *)device)->width : 16); }
int nvmlDeviceGetMaxPcieLinkGeneration(nvml_device device, unsigned *generation) { GIVE(generation, 4); }
int nvmlDeviceGetMaxPcieLinkWidth(nvml_device device, unsigned *width) { GIVE(width, 16); }
int nvmlDeviceGetPcieReplayCounter(nvml_device device, unsigned *replays) { GIVE(replays, 0); }
int nvmlDeviceGetNvLinkState(nvml_device device, unsigned link, int *state) {
  OF(device);
  (void)its;
  if ((int)link >= gpu->links) return NVML_NOT_SUPPORTED;
  GIVE(state, (int)link < gpu->active_links);
}
int nvmlDeviceGetNvLinkErrorCounter(nvml_device device, unsigned link, int counter, unsigned long long *errors) {
  OF(device);
  (void)its;
  if ((int)link >= gpu->links) return NVML_NOT_SUPPORTED;
  GIVE(errors, (unsigned long long)(link == 0 && counter == 0 && has_been(gpu, gpu->link_errors) ? gpu->link_error_count : 0));
}
int nvmlDeviceGetComputeRunningProcesses_v3(nvml_device device, unsigned *count, struct nvml_process *processes) {
  (void)processes;
  GIVE(count, (unsigned)is_loaded(at(device)));
}
