// The threads of a team.
#ifndef ELBO_WORKERS_H
#define ELBO_WORKERS_H

#include <stdbool.h>

/// Runs `body(context, t)` for t = 0 ..< `threads` at the same time, part 0 on the calling thread, and returns when all
/// have finished. False, and nothing is run, when there are not as many threads to be had, or inside such a call.
///
/// Every calling thread has workers of its own, made when first needed and ended with it.
bool elbo_workers_run(void (*body)(void *context, int thread), void *context, int threads);

#endif
