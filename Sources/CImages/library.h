// Libraries that are opened when the first image needs them: they would cost every start some milliseconds.
#ifndef ELBO_IMAGE_LIBRARY_H
#define ELBO_IMAGE_LIBRARY_H

#include <dlfcn.h>
#include <stdio.h>

#include "images.h"

/// A function of a library, or NULL with a message that names the package.
static inline void *elbo_library_function(void *library, const char *name, const char *package, char *message) {
  void *function = library ? dlsym(library, name) : NULL;
  if (!function) snprintf(message, ELBO_IMAGE_MESSAGE, "this needs the library of the package %s", package);
  return function;
}

#endif
