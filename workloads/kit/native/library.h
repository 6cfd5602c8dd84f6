/*
 * Libraries of vendors, opened when a program runs and never linked to. Which file it was is told with the result, since a machine
 * may have several versions; where there is none, what was looked for, where, and what brings it.
 */
#ifndef ASSAY_LIBRARY_H
#define ASSAY_LIBRARY_H

#ifndef _GNU_SOURCE
#error "a program that opens libraries defines _GNU_SOURCE on its first line: it is told which file they are"
#endif
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct library {
  void *handle; /* NULL: not opened, and `why` says why not */
  char name[64], path[512], why[1024];
};

/* Whether a loader's error is of a file that is not there, and not of one that is there and is no good. */
static inline int library_is_absent(const char *error) {
  return strstr(error, "cannot open shared object file") && strstr(error, "No such file");
}

/*
 * Opens the first of `names` (NULL at the end) that the loader has: LD_LIBRARY_PATH, its cache, its usual folders. `brings` says
 * what to install. One that is there and cannot be loaded ends the search: an older one behind it would be a silent stand-in.
 */
static inline struct library library_open(const char *const *names, const char *brings) {
  struct library found = {0};
  const char *places = getenv("LD_LIBRARY_PATH");
  char looked[256] = "";
  for (; *names; names++) {
    found.handle = dlopen(*names, RTLD_NOW | RTLD_LOCAL);
    if (found.handle) {
      struct link_map *map = NULL;
      snprintf(found.name, sizeof found.name, "%s", *names);
      snprintf(found.path, sizeof found.path, "%s", dlinfo(found.handle, RTLD_DI_LINKMAP, &map) == 0 && map ? map->l_name : *names);
      return found;
    }
    const char *error = dlerror();
    if (!library_is_absent(error) || !strstr(error, *names)) {
      snprintf(found.why, sizeof found.why, "%s is there and cannot be loaded: %s", *names, error);
      return found;
    }
    size_t used = strlen(looked);
    snprintf(looked + used, sizeof looked - used, "%s%s", used ? ", " : "", *names);
  }
  snprintf(found.why, sizeof found.why, "expected %s in %s%sthe loader's folders, found none: %s brings it", looked,
           places && *places ? places : "", places && *places ? " or " : "", brings);
  return found;
}

/* An entry point of an open library; NULL: it lacks it, and `why` says so. `since` names the version that has it first. */
static inline void *library_symbol(struct library *library, const char *symbol, const char *since) {
  void *found = dlsym(library->handle, symbol);
  if (!found)
    snprintf(library->why, sizeof library->why, "%s (%s) lacks %s, which it has since %s", library->name, library->path, symbol, since);
  return found;
}

#endif
