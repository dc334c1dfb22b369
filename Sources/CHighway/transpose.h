// 4×4 blocks of a transposition, in vectors that every CPU has.
#ifndef ELBO_TRANSPOSE_H
#define ELBO_TRANSPOSE_H

#include <cstdint>
#include <cstring>

namespace elbo {

typedef float Four __attribute__((vector_size(16)));

inline Four LoadFour(const float *from) {
  Four x;
  std::memcpy(&x, from, sizeof x);
  return x;
}

inline void StoreFour(Four x, float *to) { std::memcpy(to, &x, sizeof x); }

inline void Transpose4(const float *from, int64_t fromStride, float *to, int64_t toStride) {
  const Four r0 = LoadFour(from), r1 = LoadFour(from + fromStride);
  const Four r2 = LoadFour(from + 2 * fromStride), r3 = LoadFour(from + 3 * fromStride);
  const Four a = __builtin_shufflevector(r0, r1, 0, 4, 1, 5), b = __builtin_shufflevector(r0, r1, 2, 6, 3, 7);
  const Four c = __builtin_shufflevector(r2, r3, 0, 4, 1, 5), d = __builtin_shufflevector(r2, r3, 2, 6, 3, 7);
  StoreFour(__builtin_shufflevector(a, c, 0, 1, 4, 5), to);
  StoreFour(__builtin_shufflevector(a, c, 2, 3, 6, 7), to + toStride);
  StoreFour(__builtin_shufflevector(b, d, 0, 1, 4, 5), to + 2 * toStride);
  StoreFour(__builtin_shufflevector(b, d, 2, 3, 6, 7), to + 3 * toStride);
}

}  // namespace elbo

#endif
