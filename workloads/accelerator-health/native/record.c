#define _GNU_SOURCE
/*
 * Records the health of NVIDIA's cards as their driver tells it, for as long as others load them: `record PERIOD ADDRESS…`, until
 * SIGTERM. It reads only. One line of JSON each for what is found, numbered, with their count in the last one, so that whoever
 * reads them sees when one is missing. What a driver does not tell stands there in its own words, and is never 0.
 *
 * Events (Xids) are asked for by a set of each card, since one that is lost spoils the set that it is in; the kernel's log tells
 * of them too, where it may be read. The first line comes when all of that is open.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <signal.h>
#include <unistd.h>
#include "../../kit/native/library.h"
#include "cards.h"

enum { LINES_AT_MOST = 20000, EVENTS_AT_MOST = 1000, SEEN_SECONDS = 60 };
enum { EVENT_XID = 0x8, EVENTS_WANTED = 0x8 | 0x2 | 0x800 | 0x4000 }; /* double-bit error, no retirement, card not available */
enum { SLOWED = 0x8 | 0x20 | 0x40 | 0x80 }; /* hardware, software thermal, hardware thermal, power brake */

static int count, log_file = -1;
static volatile sig_atomic_t is_told;
static double began;

static void on_term(int number) { (void)number, is_told = 1; }

/* Everything that a card has counted or is set to. */
static void look(struct card *card, const char *when) {
  if (card->is_faulty) return;
  unsigned corrected = 0, uncorrected = 0, pending = 0, failure = 0, processes = 0;
  struct nvml_sram sram = {.version = NVML_VERSION(struct nvml_sram, 1)};
  struct nvml_fabric fabric = {0};
  unsigned long long errors = 0;
  int active = 0;
  struct value ecc = GET(card, ecc, 1, 1, &errors), rows = GET(card, remapped, &corrected, &uncorrected, &pending, &failure);
  struct value is_over = GET(card, sram, &sram), state = GET(card, fabric, &fabric), all = links(card, &active);
  struct value found[] = {{errors, ecc.why}, {uncorrected, rows.why}, {pending != 0, rows.why}, {failure != 0, rows.why},
      retired_pages(card), {sram.is_exceeded != 0, is_over.why}, recovery(card), field(card, 251, 0), field(card, 252, 0), field(card, 253, 0),
      field(card, 74, 0), field(card, 75, 0), field(card, 77, 0), field(card, 79, 0), NUMBER(card, replays, unsigned), NUMBER(card, limit, unsigned),
      NUMBER(card, default_limit, unsigned), NUMBER(card, most_generation, unsigned), NUMBER(card, most_width, unsigned), all,
      {(uint64_t)active, all.why}, all.why ? all : link_errors(card, all.number), {fabric.state, state.why}};
  static const char *const names[] = {"uncorrected", "remapped", "remapPending", "remapFailure", "retired", "sram", "recovery", "softwareThermal",
      "hardwareThermal", "powerBrake", "powerCap", "thermal", "boardLimit", "reliability", "replays", "limitMilliwatts", "defaultMilliwatts",
      "mostGeneration", "mostWidth", "links", "activeLinks", "linkErrors", "fabric"};
  _Static_assert(sizeof names / sizeof *names == sizeof found / sizeof *found, "a name for each");
  int code = nvml.processes ? nvml.processes(card->device, &processes, NULL) : NVML_NOT_SUPPORTED;
  struct value running = given(card, code == NVML_INSUFFICIENT_SIZE ? NVML_SUCCESS : code, processes);
  if (card->is_faulty) return; /* what it said before that is no look of a whole card */
  begin("look", ",\"gpu\":\"%s\",\"when\":\"%s\",\"seconds\":%.3f", card->address, when, assay_now() - began);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) tell(names[i], found[i]);
  tell("processes", running), end();
}

static void least(struct value *kept, struct value seen) {
  if (kept->why == NULL ? seen.why == NULL && seen.number < kept->number : seen.why == NULL || kept->why == nothing) *kept = seen;
}
static void most(struct value *kept, struct value seen) {
  if (kept->why == NULL ? seen.why == NULL && seen.number > kept->number : seen.why == NULL || kept->why == nothing) *kept = seen;
}

static void forget(struct card *card) {
  card->samples = card->loaded = card->slowed = 0, card->reasons = 0;
  card->hottest = card->margin = card->least_clock = card->most_clock = card->watts = card->generation = card->width = (struct value){0, nothing};
}

static void sample(struct card *card) {
  if (card->is_faulty) return;
  struct nvml_utilization busy = {0};
  unsigned celsius = 0, clock = 0;
  struct value heat = GET(card, temperature, 0, &celsius), use = GET(card, utilization, &busy), speed = GET(card, clock, 1, &clock);
  heat.number = celsius, speed.number = clock;
  struct value why_slow = nvml.reasons ? NUMBER(card, reasons, unsigned long long) : NUMBER(card, older_reasons, unsigned long long);
  card->samples++;
  card->reasons |= why_slow.number, card->slowed += (why_slow.number & SLOWED) != 0;
  most(&card->hottest, heat), most(&card->watts, NUMBER(card, power, unsigned));
  if (use.why || busy.gpu < 50) return;
  card->loaded++;
  least(&card->margin, margin_of(card, heat)), least(&card->least_clock, speed), most(&card->most_clock, speed);
  least(&card->generation, NUMBER(card, generation, unsigned)), least(&card->width, NUMBER(card, width, unsigned));
}

static void tell_seen(struct card *card) {
  begin("seen", ",\"gpu\":\"%s\",\"seconds\":%.3f,\"samples\":%d,\"loaded\":%d,\"slowed\":%d,\"reasons\":%llu", card->address, assay_now() - began,
        card->samples, card->loaded, card->slowed, (unsigned long long)card->reasons);
  tell("hottest", card->hottest), tell("margin", card->margin), tell("leastMegahertz", card->least_clock), tell("mostMegahertz", card->most_clock);
  tell("milliwatts", card->watts), tell("generation", card->generation), tell("width", card->width), end();
  forget(card);
}

static void tell_gap(const char *of, const struct card *card, const char *said) {
  begin("gap", ",\"of\":\"%s\"", of);
  if (card) printf(",\"gpu\":\"%s\"", card->address);
  tell_text("said", said), printf(",\"seconds\":%.3f", assay_now() - began), end();
}

static void tell_event(struct card *card, const char *by, const char *what, unsigned long long number) {
  if (card->events > EVENTS_AT_MOST) return;
  if (card->events++ == EVENTS_AT_MOST) return tell_gap(by, card, "there were more events than are told");
  begin("event", ",\"gpu\":\"%s\",\"by\":\"%s\",\"%s\":%llu,\"seconds\":%.3f", card->address, by, what, number, assay_now() - began), end();
}

/* Why the events of a card cannot be had, or NULL. After an unknown error nobody knows what is registered: the set is let go. */
static const char *open_events(struct card *card) {
  unsigned long long types = 0;
  if (!nvml.set_create || !nvml.set_wait || !nvml.supported_events || !nvml.register_events) return lacks;
  struct value known = given(card, nvml.supported_events(card->device, &types), types);
  if (known.why) return known.why;
  if (!(types & EVENT_XID)) return "its driver reports no Xids of it";
  int code = nvml.set_create(&card->set);
  if (code == NVML_SUCCESS) code = nvml.register_events(card->device, types & EVENTS_WANTED, card->set);
  else card->set = NULL;
  if (code == NVML_SUCCESS) return NULL;
  if (card->set && nvml.set_free) nvml.set_free(card->set);
  card->set = NULL;
  return nvml.error_string(code);
}

static void hear_events(struct card *card) {
  struct nvml_event event;
  for (int i = 0; card->set && i < 64; i++) {
    int code = nvml.set_wait(card->set, &event, 1);
    if (code == NVML_TIMEOUT) return;
    if (code == NVML_SUCCESS) {
      tell_event(card, "events", event.type == EVENT_XID ? "xid" : "bit", event.type == EVENT_XID ? event.data : event.type);
      continue;
    }
    card->set = NULL; /* of a driver that was loaded again, or a card that is lost: freeing it may hang */
    tell_gap("events", card, nvml.error_string(code));
    if (code == NVML_LOST) given(card, code, 0); /* what else is wrong with a set says nothing of its card */
  }
}

/*
 * `nvidia-nvswitch0: SXid (PCI:0000:c2:00.0): 20034, Fatal, Link 28 LTSSM Fault Up`. Lines of the same error with its data say no
 * severity, and count nothing.
 */
static void hear_switch(const char *line) {
  static int told;
  unsigned domain, bus, slot, function;
  int number = 0, link = -1;
  char severity[16] = "";
  const char *at = strstr(line, ": SXid (PCI:"), *of_link = strstr(line, ", Link ");
  if (!at || sscanf(at, ": SXid (PCI:%x:%x:%x.%u): %d, %15[A-Za-z-],", &domain, &bus, &slot, &function, &number, severity) != 6) return;
  if (number <= 0 || number > 65535 || (strcmp(severity, "Fatal") != 0 && strcmp(severity, "Non-fatal") != 0)) return;
  if (of_link) sscanf(of_link, ", Link %d", &link);
  if (told > EVENTS_AT_MOST) return;
  if (told++ == EVENTS_AT_MOST) return tell_gap("log", NULL, "there were more errors of switches than are told");
  begin("switch", ",\"switch\":\"%04x:%02x:%02x.%x\",\"sxid\":%d,\"isFatal\":%s,\"link\":%d,\"seconds\":%.3f", domain, bus & 0xff, slot & 0xff, function & 7,
        number, severity[0] == 'F' ? "true" : "false", link < 0 || link > 999 ? -1 : link, assay_now() - began);
  end();
}

/* NVSwitches are bridges of no kind of their own (class 0680). */
static int count_switches(void) {
  glob_t found;
  int switches = 0;
  if (glob("/sys/bus/pci/devices/*", 0, NULL, &found) != 0) return 0;
  for (size_t i = 0; i < found.gl_pathc; i++) {
    char path[PATH_MAX];
    unsigned vendor = 0, class = 0;
    for (int is_class = 0; is_class < 2; is_class++) {
      snprintf(path, sizeof path, "%s/%s", found.gl_pathv[i], is_class ? "class" : "vendor");
      FILE *file = fopen(path, "re");
      if (file && fscanf(file, "%x", is_class ? &class : &vendor) != 1) vendor = 0;
      if (file) fclose(file);
    }
    switches += vendor == 0x10de && class >> 8 == 0x0680;
  }
  globfree(&found);
  return switches;
}

/* `4,99,1,-;NVRM: Xid (PCI:0000:01:00): 79, …`; some write the function too. */
static void hear_line(const char *line) {
  unsigned domain, bus, slot;
  hear_switch(line);
  const char *at = strstr(line, "NVRM: Xid (PCI:"), *after = at ? strstr(at, "): ") : NULL;
  if (!after || sscanf(at, "NVRM: Xid (PCI:%x:%x:%x", &domain, &bus, &slot) != 3) return;
  long number = strtol(after + 3, NULL, 10);
  for (int i = 0; i < count && number > 0 && number < 65536; i++)
    if (cards[i].domain == domain && cards[i].bus == bus && cards[i].slot == slot) tell_event(&cards[i], "log", "xid", (unsigned long long)number);
}

static void hear_log(void) {
  static char text[8193];
  for (int i = 0; log_file >= 0 && i < 10000; i++) {
    ssize_t got = read(log_file, text, sizeof text - 1);
    if (got < 0 && errno == EPIPE) tell_gap("log", NULL, "older records were written over before they were read");
    if (got == 0 || (got < 0 && errno != EPIPE && errno != EINTR)) return;
    text[got > 0 ? got : 0] = 0;
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) hear_line(line);
  }
}

static const char *open_log(void) {
  log_file = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (log_file < 0) return strerror(errno);
  lseek(log_file, 0, SEEK_END);
  return NULL;
}

static void open_cards(char **addresses) {
  for (int i = 0; i < count; i++) {
    struct card *card = &cards[i];
    char uuid[96] = "";
    card->address = addresses[i];
    if (sscanf(card->address, "%x:%x:%x", &card->domain, &card->bus, &card->slot) != 3) fprintf(stderr, "expected PCI addresses, got %s\n", card->address), exit(64);
    forget(card);
    int code = nvml.by_address(card->address, &card->device);
    const char *why = code == NVML_SUCCESS ? NULL : nvml.error_string(code);
    if (!why) nvml.uuid(card->device, uuid, sizeof uuid);
    const char *closed = why ? why : open_events(card);
    begin("card", ",\"gpu\":\"%s\"", card->address), tell_text("uuid", uuid), tell_text("events", closed ? closed : "open"), end();
    given(card, code, 0);
    if (why) card->is_faulty = 1;
    look(card, "first");
  }
}

int main(int argc, char **argv) {
  struct library library;
  double period = 0;
  char version[96] = "", text[600];
  if (argc < 3 || argc - 2 > CARDS_AT_MOST || !assay_number(argv[1], 0.1, 60, &period)) return fprintf(stderr, "record PERIOD ADDRESS…\n"), 64;
  struct sigaction action = {.sa_handler = on_term};
  sigaction(SIGTERM, &action, NULL);
  setvbuf(stdout, NULL, _IOFBF, 1 << 18);
  const char *why = nvml_open(&library);
  if (why) return fprintf(stderr, "%s\n", why), 1;
  int code = nvml.init();
  if (code != NVML_SUCCESS) return fprintf(stderr, "nvmlInit_v2: %s\n", nvml.error_string(code)), 1;
  pid_t parent = getppid();
  began = assay_now(), count = argc - 2;
  if (nvml.driver_version(version, sizeof version) != NVML_SUCCESS) version[0] = 0;
  const char *closed = open_log();
  begin("open", ",\"compiler\":%s,\"standIn\":%s,\"period\":%g,\"cards\":%d,\"switches\":%d",
        assay_json(text, sizeof text, __VERSION__), dlsym(library.handle, "assay_stand_in") ? "true" : "false", period, count, count_switches());
  tell_text("driver", version), tell_text("library", library.path), tell_text("log", closed ? closed : "open"), end();
  open_cards(argv + 2);
  fflush(stdout);
  double next = assay_now(), next_seen = next + SEEN_SECONDS;
  const char *ended = NULL;
  while (!ended) {
    if (is_told) ended = "told";
    else if (getppid() != parent) ended = "parent";
    else if (lines >= LINES_AT_MOST) ended = "full";
    hear_log();
    for (int i = 0; i < count; i++) hear_events(&cards[i]);
    double now = assay_now();
    if (now - next > 30 + period) tell_gap("time", NULL, "nobody looked for half a minute"), next = now;
    if (now >= next || ended) {
      for (int i = 0; i < count; i++) sample(&cards[i]);
      next += period;
    }
    if (now >= next_seen || ended) {
      for (int i = 0; i < count; i++) tell_seen(&cards[i]);
      next_seen = now + SEEN_SECONDS;
    }
    fflush(stdout);
    if (!ended) usleep((useconds_t)(1e6 * (period < 0.2 ? period : 0.2)));
  }
  for (int i = 0; i < count; i++) look(&cards[i], "last");
  begin("end", ",\"why\":\"%s\",\"seconds\":%.3f,\"lines\":%d", ended, assay_now() - began, lines + 1), end();
  return 0;
}
