#define _GNU_SOURCE
#include "team.h"

#include <linux/futex.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// libgomp's stable entry points; clang ships no omp.h for it here.
extern void GOMP_parallel(void (*body)(void *), void *data, unsigned threads, unsigned flags);
extern int omp_get_thread_num(void);
extern int omp_get_num_threads(void);

// A sense-counting barrier. It spins, because instructions last microseconds, and sleeps on a futex after a while: on a
// machine with fewer free cores than threads a spinning thread only takes the time that the other one needs. How long it
// spins is learnt from the waits before: the whole limit while spinning succeeds, next to nothing while it does not.
// Measured with two threads and 8 µs between barriers on two cores that compile something else at the same time:
// 0.16 ms a barrier instead of 1–2 ms with sched_yield.
typedef struct {
  _Alignas(64) atomic_int arrived;
  _Alignas(64) atomic_int generation;
  _Alignas(64) atomic_int sleepers;
} Barrier;

static const int longest_spin = 20000, shortest_spin = 20;

static inline void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

static void barrier_sleep(Barrier *barrier, int generation) {
  atomic_fetch_add(&barrier->sleepers, 1);
  // Returns at once when the generation is no longer this one.
  while (atomic_load(&barrier->generation) == generation) {
    syscall(SYS_futex, &barrier->generation, FUTEX_WAIT_PRIVATE, generation, NULL, NULL, 0);
  }
  atomic_fetch_sub(&barrier->sleepers, 1);
}

static inline void barrier_wait(Barrier *barrier, int threads) {
  static _Thread_local int limit = 20000;
  int generation = atomic_load_explicit(&barrier->generation, memory_order_relaxed);
  if (atomic_fetch_add_explicit(&barrier->arrived, 1, memory_order_acq_rel) == threads - 1) {
    atomic_store_explicit(&barrier->arrived, 0, memory_order_relaxed);
    // Sequentially consistent, as are the sleepers' steps: either they see the new generation or are seen here.
    atomic_store(&barrier->generation, generation + 1);
    if (atomic_load(&barrier->sleepers) > 0) {
      syscall(SYS_futex, &barrier->generation, FUTEX_WAKE_PRIVATE, threads, NULL, NULL, 0);
    }
    return;
  }
  for (int spins = 0; spins < limit; spins++) {
    if (atomic_load_explicit(&barrier->generation, memory_order_acquire) != generation) {
      limit += (longest_spin - limit) / 8;
      return;
    }
    pause_briefly();
  }
  limit = limit / 2 > shortest_spin ? limit / 2 : shortest_spin;
  barrier_sleep(barrier, generation);
}

typedef struct {
  const elbo_instruction *const *lists;
  const int64_t *counts;
  int threads;
  int64_t *nanoseconds;
  Barrier barrier;
} Step;

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void step_list(Step *step, int thread) {
  const elbo_instruction *instruction = step->lists[thread];
  const elbo_instruction *end = instruction + step->counts[thread];
  if (step->nanoseconds && thread == 0) {
    for (; instruction < end; instruction++) {
      int64_t start = now();
      if (instruction->barrierBefore) barrier_wait(&step->barrier, step->threads);
      instruction->run(instruction->arguments);
      step->nanoseconds[instruction->tag] += now() - start;
    }
    return;
  }
  for (; instruction < end; instruction++) {
    if (instruction->barrierBefore) barrier_wait(&step->barrier, step->threads);
    instruction->run(instruction->arguments);
  }
}

// Walks every list on one thread, barrier to barrier: same results, for when the runtime grants fewer threads than
// asked (OMP_THREAD_LIMIT, a nested region).
static void step_lockstep(Step *step) {
  int64_t at[step->threads];
  for (int t = 0; t < step->threads; t++) at[t] = 0;
  for (int running = 1; running;) {
    running = 0;
    for (int t = 0; t < step->threads; t++) {
      const elbo_instruction *list = step->lists[t];
      for (bool first = true; at[t] < step->counts[t] && (first || !list[at[t]].barrierBefore); first = false) {
        list[at[t]].run(list[at[t]].arguments);
        at[t]++;
      }
      running |= at[t] < step->counts[t];
    }
  }
}

static void step_thread(void *data) {
  Step *step = data;
  int thread = omp_get_thread_num();
  if (omp_get_num_threads() >= step->threads) {
    if (thread < step->threads) step_list(step, thread);
  } else if (thread == 0) {
    step_lockstep(step);
  }
}

static void run(const elbo_instruction *const *lists, const int64_t *counts, int threads, int64_t *nanoseconds) {
  Step step = {.lists = lists, .counts = counts, .threads = threads, .nanoseconds = nanoseconds};
  atomic_init(&step.barrier.arrived, 0);
  atomic_init(&step.barrier.generation, 0);
  atomic_init(&step.barrier.sleepers, 0);
  if (threads == 1) {
    // libgomp would allocate a team of one for every region.
    step_list(&step, 0);
  } else {
    GOMP_parallel(step_thread, &step, (unsigned)threads, 0);
  }
}

void elbo_team_run(const elbo_instruction *const *lists, const int64_t *counts, int threads) {
  run(lists, counts, threads, NULL);
}

void elbo_team_run_profiled(const elbo_instruction *const *lists, const int64_t *counts, int threads,
                            int64_t *nanoseconds) {
  run(lists, counts, threads, nanoseconds);
}

typedef struct {
  void (*body)(void *, int);
  void *context;
  int threads;
} Each;

static void each_thread(void *data) {
  Each *each = data;
  int granted = omp_get_num_threads();
  for (int part = omp_get_thread_num(); part < each->threads; part += granted) each->body(each->context, part);
}

void elbo_team_each(void (*body)(void *context, int thread), void *context, int threads) {
  if (threads == 1) {
    body(context, 0);
    return;
  }
  Each each = {.body = body, .context = context, .threads = threads};
  GOMP_parallel(each_thread, &each, (unsigned)threads, 0);
}

int elbo_team_hardware_threads(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  int count = CPU_COUNT(&set);
  return count < 1 ? 1 : count;
}
