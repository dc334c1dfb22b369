// How the operands of matrix products are laid out for the register tiles. Included once per target.
#if defined(ELBO_PACK_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef ELBO_PACK_INL_H
#undef ELBO_PACK_INL_H
#else
#define ELBO_PACK_INL_H
#endif

#include <algorithm>
#include <cstring>

#include "math-inl.h"
#include "simd.h"
#include "transpose.h"

HWY_BEFORE_NAMESPACE();
namespace elbo {
namespace HWY_NAMESPACE {

// Columns begin ..< begin + panel of B [K, N]. Beyond N they are whatever lies there: sums of them are not stored.
// Returns whether all are finite.
inline bool PackColumns(const float *b, int64_t ldb, int64_t k, int64_t begin, int64_t panel, float *to) {
  const DF d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  const hn::RebindToSigned<DF> di;  // in which larger magnitudes are larger, infinity and not-a-number the largest
  auto largest = hn::Zero(di);
  for (int64_t p = 0; p < k; p++, to += panel) {
    const float *from = b + p * ldb + begin;
    for (int64_t j = 0; j < panel; j += lanes) {
      const VF x = hn::LoadU(d, from + j);
      largest = hn::Max(largest, hn::BitCast(di, hn::Abs(x)));
      hn::StoreU(x, d, to + j);
    }
  }
  return hn::AllTrue(di, hn::Lt(largest, hn::Set(di, 0x7F800000)));
}

typedef float Eight __attribute__((vector_size(32)));

HWY_INLINE void StoreEight(const Eight &x, float *to) { std::memcpy(to, &x, sizeof x); }

// An 8×8 block transposed: rows come in halves, so that no shuffle crosses a half.
HWY_INLINE void Transpose8(const float *from, int64_t fromStride, float *to, int64_t toStride) {
  const auto half = [&](int64_t row, int64_t part) HWY_ATTR { return LoadFour(from + row * fromStride + 4 * part); };
  for (int64_t part = 0; part < 2; part++) {
    Eight r[4];
    for (int64_t i = 0; i < 4; i++) {
      r[i] = __builtin_shufflevector(half(i, part), half(i + 4, part), 0, 1, 2, 3, 4, 5, 6, 7);
    }
    const Eight a = __builtin_shufflevector(r[0], r[1], 0, 8, 1, 9, 4, 12, 5, 13);
    const Eight b = __builtin_shufflevector(r[0], r[1], 2, 10, 3, 11, 6, 14, 7, 15);
    const Eight c = __builtin_shufflevector(r[2], r[3], 0, 8, 1, 9, 4, 12, 5, 13);
    const Eight e = __builtin_shufflevector(r[2], r[3], 2, 10, 3, 11, 6, 14, 7, 15);
    float *row = to + 4 * part * toStride;
    StoreEight(__builtin_shufflevector(a, c, 0, 1, 8, 9, 4, 5, 12, 13), row);
    StoreEight(__builtin_shufflevector(a, c, 2, 3, 10, 11, 6, 7, 14, 15), row + toStride);
    StoreEight(__builtin_shufflevector(b, e, 0, 1, 8, 9, 4, 5, 12, 13), row + 2 * toStride);
    StoreEight(__builtin_shufflevector(b, e, 2, 3, 10, 11, 6, 7, 14, 15), row + 3 * toStride);
  }
}

// Rows begin ..< begin + width of B [N, K] as the columns of a panel.
inline void PackRows(const float *b, int64_t ldb, int64_t k, int64_t begin, int64_t width, int64_t panel, float *to) {
  const int64_t wholeColumns = width / 8 * 8, wholeInner = k / 8 * 8;
  for (int64_t p = 0; p < wholeInner; p += 8) {
    for (int64_t j = 0; j < wholeColumns; j += 8) {
      Transpose8(b + (begin + j) * ldb + p, ldb, to + p * panel + j, panel);
    }
  }
  for (int64_t p = 0; p < k; p++) {
    for (int64_t j = p < wholeInner ? wholeColumns : 0; j < panel; j++) {
      to[p * panel + j] = j < width ? b[(begin + j) * ldb + p] : 0;
    }
  }
}

// Columns of A that are the `rows` rows of a tile, packed [k][rows]. As they lie in A, each step of the inner extent takes
// a cache line of its own, most of which only other tiles need.
inline void PackLeft(const float *a, int64_t lda, int64_t k, int64_t rows, float *to) {
  const DF d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t p = 0; p < k; p++, a += lda, to += rows) {
    // Whole vectors, where what is written too much is written over by the next step.
    if ((k - p - 1) * rows >= lanes) {
      for (int64_t i = 0; i < rows; i += lanes) hn::StoreU(hn::LoadU(d, a + i), d, to + i);
    } else {
      std::copy(a, a + rows, to);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace elbo
HWY_AFTER_NAMESPACE();

#endif
