// The thread team. A compiled step is one region: every thread walks its own list of instructions and meets the others
// only at barriers. oneDNN's primitives run inside it, each serial on the thread that calls it, so no second pool works
// at the same time.
//
// The threads are our own and not libgomp's: those spin for milliseconds at both ends of a region, so that on a machine
// with anything else to do every region cost a time slice of 12 ms.
#ifndef ELBO_TEAM_H
#define ELBO_TEAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// One bound instruction of one thread: a kernel, its arguments, and whether to meet the team first.
typedef struct {
  void (*run)(const void *arguments);
  const void *arguments;
  int32_t barrierBefore;
  int32_t tag;  // index of the instruction in its program, for profiles
} elbo_instruction;

/// Runs `lists[t][0 ..< counts[t]]` on thread t of a team of `threads`, and returns when all have finished.
///
/// Lists must have the same number of barriers. Allocates nothing and takes no lock but the team's.
void elbo_team_run(const elbo_instruction *const *lists, const int64_t *counts, int threads);

/// As `elbo_team_run`, adding the nanoseconds each instruction took on thread 0 to `nanoseconds[tag]`.
void elbo_team_run_profiled(const elbo_instruction *const *lists, const int64_t *counts, int threads,
                            int64_t *nanoseconds);

/// Runs `body(context, thread)` on each of `threads` threads and returns when all have finished.
void elbo_team_each(void (*body)(void *context, int thread), void *context, int threads);

/// Threads that can run at the same time: the least of the machine's processors, those that the affinity mask leaves to
/// this thread, and the processors' worth of time that its control groups may use, rounded up.
int elbo_team_hardware_threads(void);

/// The processors in this thread's affinity mask, one bit each, as many as there is room for.
void elbo_team_affinity(uint8_t *mask, size_t bytes);

/// From now on `elbo_team_hardware_threads` is this number: what a process has when it shares its host with others.
void elbo_team_offer(int threads);
/// The processors in the affinity mask of this thread, however many the machine has; INT32_MAX where that is not known.
int elbo_team_affinity_count(void);

/// The processors' worth of time that control groups leave to a process, rounded up: the least over its group and all
/// groups around it, INT32_MAX where none sets a limit. Versions 1 and 2.
///
/// `groups` is in the format of /proc/self/cgroup, `root` is where the control groups are mounted.
int elbo_team_quota(const char *groups, const char *root);

/// From now on the calling thread gets `workers` threads for its teams and no more, as if the system refused them; any
/// number again when that is negative. For tests.
void elbo_team_limit(int workers);

#ifdef __cplusplus
}
#endif
#endif
