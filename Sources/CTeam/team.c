#include "team.h"

#include "signal_word.h"
#include "subnormals.h"
#include "workers.h"

// A sense-counting barrier.
typedef struct {
  _Alignas(64) atomic_int arrived;
  SignalWord generation;
} Barrier;

static inline void barrier_wait(Barrier *barrier, int threads) {
  static _Thread_local int limit = kLongestSpin;
  int generation = atomic_load_explicit(&barrier->generation.value, memory_order_relaxed);
  if (atomic_fetch_add_explicit(&barrier->arrived, 1, memory_order_acq_rel) == threads - 1) {
    atomic_store_explicit(&barrier->arrived, 0, memory_order_relaxed);
    signal_set(&barrier->generation, generation + 1);
  } else {
    signal_wait(&barrier->generation, generation, &limit);
  }
}

typedef struct {
  const elbo_instruction *const *lists;
  const int64_t *counts;
  int threads;
  int64_t *nanoseconds;
  Barrier barrier;
} Step;

// On one thread after another, its time counts as it does in a team: thread 0's.
static void run_instruction(Step *step, const elbo_instruction *instruction, int thread) {
  int64_t start = step->nanoseconds && thread == 0 ? elbo_now() : 0;
  instruction->run(instruction->arguments);
  if (step->nanoseconds && thread == 0) step->nanoseconds[instruction->tag] += elbo_now() - start;
}

static void step_list(Step *step, int thread) {
  const elbo_instruction *instruction = step->lists[thread];
  const elbo_instruction *end = instruction + step->counts[thread];
  if (step->nanoseconds && thread == 0) {
    for (; instruction < end; instruction++) {
      int64_t start = elbo_now();
      if (instruction->barrierBefore) barrier_wait(&step->barrier, step->threads);
      instruction->run(instruction->arguments);
      step->nanoseconds[instruction->tag] += elbo_now() - start;
    }
    return;
  }
  for (; instruction < end; instruction++) {
    if (instruction->barrierBefore) barrier_wait(&step->barrier, step->threads);
    instruction->run(instruction->arguments);
  }
}

// Walks every list on one thread, barrier to barrier: same results, for when there are no more threads (the system
// gives none, or this is a region inside another).
//
// A list whose thread has nothing to do before the first barrier begins with that barrier: it is met by all lists
// together, as every other one is.
static void step_lockstep(Step *step) {
  int64_t at[step->threads];
  for (int t = 0; t < step->threads; t++) at[t] = 0;
  bool running = true;
  for (int64_t passed = 0; running; passed++) {
    running = false;
    for (int t = 0; t < step->threads; t++) {
      const elbo_instruction *list = step->lists[t];
      bool meets = passed > 0;
      for (; at[t] < step->counts[t] && (meets || !list[at[t]].barrierBefore); meets = false) {
        run_instruction(step, &list[at[t]], t);
        at[t]++;
      }
      running |= at[t] < step->counts[t];
    }
  }
}

static void step_thread(void *data, int thread) {
  uint64_t before = subnormals_flush();
  step_list(data, thread);
  subnormals_restore(before);
}

static void step_alone(Step *step) {
  uint64_t before = subnormals_flush();
  step_lockstep(step);
  subnormals_restore(before);
}

static void run(const elbo_instruction *const *lists, const int64_t *counts, int threads, int64_t *nanoseconds) {
  Step step = {.lists = lists, .counts = counts, .threads = threads, .nanoseconds = nanoseconds};
  if (threads == 1) {
    step_thread(&step, 0);
  } else if (!elbo_workers_run(step_thread, &step, threads)) {
    step_alone(&step);
  }
}

void elbo_team_run(const elbo_instruction *const *lists, const int64_t *counts, int threads) {
  run(lists, counts, threads, NULL);
}

void elbo_team_run_profiled(const elbo_instruction *const *lists, const int64_t *counts, int threads,
                            int64_t *nanoseconds) {
  run(lists, counts, threads, nanoseconds);
}

void elbo_team_each(void (*body)(void *context, int thread), void *context, int threads) {
  if (threads > 1 && elbo_workers_run(body, context, threads)) return;
  for (int thread = 0; thread < threads; thread++) body(context, thread);
}
