/*
 * What our native programs have in common: a clock, arguments, random numbers and JSON strings. A program includes it by
 * its relative path, which is the same on a node as here: no compiler needs an option for it.
 */
#ifndef ASSAY_H
#define ASSAY_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Seconds by a clock that nobody sets. */
static inline double assay_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Reads a whole number; 0: the text is none, or it is out of range. */
static inline int assay_count(const char *text, uint64_t least, uint64_t most, uint64_t *value) {
  char *end = NULL;
  if (*text < '0' || *text > '9') return 0; /* strtoull takes signs and blanks */
  *value = strtoull(text, &end, 10);
  return *end == 0 && *value >= least && *value <= most;
}

/* Reads a number; 0: the text is none, or it is out of range. */
static inline int assay_number(const char *text, double least, double most, double *value) {
  char *end = NULL;
  *value = strtod(text, &end);
  return end != text && *end == 0 && *value >= least && *value <= most;
}

/* splitmix64: n numbers later, the state is n steps further. */
#define ASSAY_RANDOM_STEP 0x9e3779b97f4a7c15u
static inline uint64_t assay_random(uint64_t *state) {
  uint64_t z = (*state += ASSAY_RANDOM_STEP);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/* Writes a text as JSON, with its quotes; what has no room is left out. `room` is 3 at least. */
static inline const char *assay_json(char *out, size_t room, const char *text) {
  size_t used = 0;
  out[used++] = '"';
  for (; *text; text++) {
    unsigned char c = (unsigned char)*text;
    char piece[8];
    if (c < 0x20 || c > 0x7e) snprintf(piece, sizeof piece, "\\u%04x", c);
    else snprintf(piece, sizeof piece, c == '"' || c == '\\' ? "\\%c" : "%c", c);
    size_t length = strlen(piece);
    if (used + length + 2 > room) break;
    memcpy(out + used, piece, length);
    used += length;
  }
  out[used++] = '"', out[used] = 0;
  return out;
}

#endif
