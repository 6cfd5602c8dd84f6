/*
 * What is asked of one card, and how it is told: each number, or why it is not known in the driver's words. A card that is lost is
 * told of once, and asked nothing more.
 */
#ifndef CARDS_H
#define CARDS_H

#include <stdarg.h>
#include "../../kit/native/assay.h"
#include "nvml.h"

enum { LINKS = 18 };

struct value { uint64_t number; const char *why; }; /* `why`: it is not known, in the driver's words */

enum { CARDS_AT_MOST = 64 };
static struct card {
  const char *address;
  unsigned domain, bus, slot;
  nvml_device device;
  void *set;
  int is_faulty, events;
  /* Since it was last told of. */
  int samples, loaded, slowed;
  uint64_t reasons;
  struct value hottest, margin, least_clock, most_clock, watts, generation, width;
} cards[CARDS_AT_MOST];
static int lines; /* that were printed */

__attribute__((format(printf, 2, 3))) static void begin(const char *type, const char *format, ...) {
  va_list list;
  va_start(list, format);
  printf("{\"n\":%d,\"type\":\"%s\"", ++lines, type);
  vprintf(format, list);
  va_end(list);
}
static void end(void) { printf("}\n"); }
static void tell_text(const char *name, const char *text) {
  char json[600];
  printf(",\"%s\":%s", name, assay_json(json, sizeof json, text));
}
static void tell(const char *name, struct value value) {
  if (value.why) tell_text(name, value.why);
  else printf(",\"%s\":%llu", name, (unsigned long long)value.number);
}

static const char lacks[] = "not in this driver", nothing[] = "never seen";
/* What a getter gave. A card that is lost, or of which nobody knows what is wrong, is told of once, and asked nothing more. */
static struct value given(struct card *card, int code, uint64_t number) {
  if (code == NVML_SUCCESS) return (struct value){number, NULL};
  const char *words = nvml.error_string(code);
  if ((code == NVML_LOST || code == NVML_RESET_REQUIRED || code == NVML_UNKNOWN) && !card->is_faulty) {
    card->is_faulty = 1;
    begin("fault", ",\"gpu\":\"%s\"", card->address), tell_text("said", words), end();
  }
  return (struct value){0, words};
}
#define GET(card, entry, ...) (nvml.entry ? given(card, nvml.entry(card->device, __VA_ARGS__), 0) : (struct value){0, lacks})
/* A getter of one number. */
#define NUMBER(card, entry, type) ({ type got = 0; struct value v = GET(card, entry, &got); v.number = got; v; })

static struct value field(struct card *card, unsigned id, unsigned scope) {
  struct nvml_field one = {.id = id, .scope = scope};
  if (!nvml.fields) return (struct value){0, lacks};
  int code = nvml.fields(card->device, 1, &one);
  uint64_t number = one.type == 0 ? (uint64_t)one.value.real : one.type == 1 || one.type == 5 ? one.value.count : one.type == 6 ? one.value.half : one.value.large;
  return given(card, code ? code : one.code, number);
}

/* What the driver asks to be done; of those before R570, which have no such number, whether a reset, or a drain and reset. */
static struct value recovery(struct card *card) {
  struct value action = field(card, 230, 0);
  if (!action.why) return action;
  struct value reset = field(card, 226, 0), drain = field(card, 227, 0);
  if (reset.why || drain.why) return action;
  return (struct value){drain.number ? 4 : reset.number ? 1 : 0, NULL};
}

static struct value retired_pages(struct card *card) {
  unsigned pages = 0;
  if (!nvml.retired) return (struct value){0, lacks};
  int code = nvml.retired(card->device, 1, &pages, NULL); /* of double-bit errors */
  return given(card, code == NVML_INSUFFICIENT_SIZE ? NVML_SUCCESS : code, pages);
}

/* Fewer numbers than the API has: a driver that knows no links of a card says so of each of them. */
static struct value links(struct card *card, int *active) {
  struct value all = {0, "Not Supported"};
  *active = 0;
  for (unsigned link = 0; link < LINKS; link++) {
    int state = 0;
    if (!nvml.link_state) return (struct value){0, lacks};
    int code = nvml.link_state(card->device, link, &state);
    if (code == NVML_NOT_SUPPORTED || code == NVML_INVALID) continue;
    struct value one = given(card, code, 0);
    if (one.why) return one;
    all.why = NULL, all.number++, *active += state == 1;
  }
  return all;
}

/* Replays, recoveries, and CRC errors of flits and data; of newer cards, which have no such counters, received errors and failed recoveries. */
static struct value link_errors(struct card *card, uint64_t count_of_links) {
  struct value all = {0, "Not Supported"};
  for (unsigned link = 0; link < count_of_links; link++) {
    int has_old = 0;
    for (int counter = 0; counter < 4 && nvml.link_errors; counter++) {
      unsigned long long errors = 0;
      int code = nvml.link_errors(card->device, link, counter, &errors);
      if (code == NVML_NOT_SUPPORTED || code == NVML_INVALID) continue;
      struct value one = given(card, code, errors);
      if (one.why) return one;
      all.why = NULL, all.number += errors, has_old = 1;
    }
    static const unsigned newer[] = {208, 214};
    for (int i = 0; i < 2 && !has_old; i++) {
      struct value one = field(card, newer[i], link);
      if (one.why) return one;
      all.why = NULL, all.number += one.number;
    }
  }
  return all;
}

/* How far it is from where its driver slows it down: the margin that it tells, else the distance to its limit. 1000 is none; below that it is hotter. */
static struct value margin_of(struct card *card, struct value celsius) {
  struct nvml_margin own = {.version = NVML_VERSION(struct nvml_margin, 1)};
  struct value margin = GET(card, margin, &own);
  if (!margin.why) return (struct value){(uint64_t)(1000 + (own.celsius < -999 ? -999 : own.celsius)), NULL};
  unsigned limit = 0;
  struct value slowdown = GET(card, threshold, 1, &limit);
  return slowdown.why || celsius.why ? margin : (struct value){1000 + (uint64_t)limit - celsius.number, NULL};
}

#endif
