// Numbers below 1.2e-38, the smallest that a float holds with all its digits, count as zero inside a step. Gradients
// of an importance-weighted bound are full of them (a sample's weight falls off exponentially), and many processors
// take a hundred times as long for each: a step with 50 samples took four times as long. Set for the step alone, as
// elsewhere the program computes as IEEE 754 says.
#ifndef ELBO_SUBNORMALS_H
#define ELBO_SUBNORMALS_H

#include <stdint.h>

#if defined(__x86_64__)
#include <immintrin.h>

/// Counts subnormal operands and results as zero on this thread, and returns how it was before.
static inline uint64_t subnormals_flush(void) {
  enum { kFlushToZero = 0x8000, kDenormalsAreZero = 0x0040 };
  unsigned int before = _mm_getcsr();
  _mm_setcsr(before | kFlushToZero | kDenormalsAreZero);
  return before;
}

static inline void subnormals_restore(uint64_t before) { _mm_setcsr((unsigned int)before); }

#elif defined(__aarch64__)

static inline uint64_t subnormals_flush(void) {
  uint64_t before;
  __asm__ volatile("mrs %0, fpcr" : "=r"(before));
  __asm__ volatile("msr fpcr, %0" : : "r"(before | UINT64_C(1) << 24));
  return before;
}

static inline void subnormals_restore(uint64_t before) { __asm__ volatile("msr fpcr, %0" : : "r"(before)); }

#else

static inline uint64_t subnormals_flush(void) { return 0; }
static inline void subnormals_restore(uint64_t before) { (void)before; }

#endif
#endif
