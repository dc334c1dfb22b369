#define _GNU_SOURCE
#include "team.h"

#include <sched.h>
#include <stdatomic.h>
#include <time.h>

// libgomp's stable entry points; clang ships no omp.h for it here.
extern void GOMP_parallel(void (*body)(void *), void *data, unsigned threads, unsigned flags);
extern int omp_get_thread_num(void);
extern int omp_get_num_threads(void);

// A sense-counting barrier. It spins, because instructions last microseconds, and yields after a while so that a
// machine with fewer free cores than threads still moves on.
typedef struct {
  _Alignas(64) atomic_int arrived;
  _Alignas(64) atomic_int generation;
} Barrier;

static inline void barrier_wait(Barrier *barrier, int threads) {
  int generation = atomic_load_explicit(&barrier->generation, memory_order_relaxed);
  if (atomic_fetch_add_explicit(&barrier->arrived, 1, memory_order_acq_rel) == threads - 1) {
    atomic_store_explicit(&barrier->arrived, 0, memory_order_relaxed);
    atomic_store_explicit(&barrier->generation, generation + 1, memory_order_release);
    return;
  }
  for (int spins = 0; atomic_load_explicit(&barrier->generation, memory_order_acquire) == generation; spins++) {
    if (spins < 20000) {
#if defined(__x86_64__)
      __builtin_ia32_pause();
#elif defined(__aarch64__)
      __asm__ __volatile__("yield");
#endif
    } else {
      sched_yield();
    }
  }
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
