// A number that threads wait on: they spin, because waits last microseconds, and sleep on a futex after a while.
//
// On a machine with fewer free cores than threads a spinning thread only takes the time that the other one needs, so
// how long it spins is learnt from the waits before: the whole limit while spinning, or a short sleep, is enough, next to
// nothing while it is not. Measured with two threads and 8 µs between barriers, on two cores that compile something else
// meanwhile: 0.16 ms a barrier, against 1-2 ms with sched_yield in place of the sleep.
#ifndef ELBO_SIGNAL_WORD_H
#define ELBO_SIGNAL_WORD_H

#include <linux/futex.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

typedef struct {
  _Alignas(64) atomic_int value;
  atomic_int sleepers;
} SignalWord;

enum { kLongestSpin = 20000, kShortestSpin = 20, kShortSleepNanoseconds = 100000 };

static inline int64_t elbo_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static inline void elbo_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

static inline void signal_set(SignalWord *word, int value) {
  // Sequentially consistent, as are the sleeper's steps: either it sees the new value or is seen here.
  atomic_store(&word->value, value);
  if (atomic_load(&word->sleepers) > 0) {
    syscall(SYS_futex, &word->value, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
  }
}

/// Returns when the value is another one than `old`.
static inline void signal_wait(SignalWord *word, int old, int *limit) {
  for (int spins = 0; spins < *limit; spins++) {
    if (atomic_load_explicit(&word->value, memory_order_acquire) != old) {
      *limit += (kLongestSpin - *limit) / 8;
      return;
    }
    elbo_pause();
  }
  int64_t begin = elbo_now();
  atomic_fetch_add(&word->sleepers, 1);
  // Returns at once when the value is no longer the old one.
  while (atomic_load(&word->value) == old) {
    syscall(SYS_futex, &word->value, FUTEX_WAIT_PRIVATE, old, NULL, NULL, 0);
  }
  atomic_fetch_sub(&word->sleepers, 1);
  if (elbo_now() - begin < kShortSleepNanoseconds) {
    *limit = *limit * 2 < kLongestSpin ? *limit * 2 : kLongestSpin;
  } else {
    *limit = *limit / 2 > kShortestSpin ? *limit / 2 : kShortestSpin;
  }
}

#endif
