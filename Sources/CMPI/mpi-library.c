#include "mpi-library.h"

#include <dlfcn.h>
#include <stdio.h>

const elbo_mpi *elbo_mpi_open(const char *path, char *message) {
  // What MPI loads later (its transports) looks for MPI's own names among those of the whole process.
  void *library = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
  if (!library) {
    snprintf(message, ELBO_MPI_MESSAGE, "%s", dlerror());
    return NULL;
  }
  const elbo_mpi *(*functions)(void) = (const elbo_mpi *(*)(void))dlsym(library, "elbo_mpi_functions");
  const elbo_mpi *found = functions ? functions() : NULL;
  if (!found || found->interface != ELBO_MPI_INTERFACE) {
    snprintf(message, ELBO_MPI_MESSAGE, "%s was built for another version of elbo", path);
    return NULL;
  }
  return found;
}
