// Counts what threads ask of the allocator, by standing in for it in the tests' executable.
#ifndef ELBO_ALLOCATIONS_H
#define ELBO_ALLOCATIONS_H

/// Adds the calling thread's malloc, calloc, realloc, aligned allocations and mmap to `*total` from now on, until it is
/// told NULL. Several threads may count into one total; tests that run side by side each have their own.
void elbo_count_allocations(long *total);

#endif
