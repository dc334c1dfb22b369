// Counts what threads ask of the allocator, by standing in for it in the tests' executable.
#ifndef ELBO_ALLOCATIONS_H
#define ELBO_ALLOCATIONS_H

#include <stdbool.h>

/// Whether the calling thread's requests count from now on.
void elbo_count_allocations(bool counts);

/// malloc, calloc, realloc, aligned allocations and mmap by all threads that counted, so far.
long elbo_allocation_count(void);

#endif
