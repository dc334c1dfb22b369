// What convolutions over tiles of 2×2 output pixels share (Winograd's minimal filtering F(2, 2), as Lavin & Gray 2016,
// "Fast Algorithms for Convolutional Neural Networks", section 4). Along one axis, two kernel positions whose reads lie
// one output pixel apart make two outputs from three inputs with three multiplications instead of four:
//
//   m₀ = (x₀ − x₁) w₀,  m₁ = x₁ (w₀ + w₁),  m₂ = (x₂ − x₁) w₁;   y₀ = m₀ + m₁,  y₁ = m₁ + m₂
//
// and a position that has no such neighbor adds x₀ w to m₀ and x₁ w to m₂. In two dimensions there are 3 × 3 products,
// "points" here, each a matrix product over the channels of all terms that add to it. Included once per target.
#if defined(ELBO_WINOGRAD_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef ELBO_WINOGRAD_INL_H
#undef ELBO_WINOGRAD_INL_H
#else
#define ELBO_WINOGRAD_INL_H
#endif

#ifndef ELBO_WINOGRAD_POINTS
#define ELBO_WINOGRAD_POINTS
namespace elbo {
constexpr int kPoints = 9;

// Whether a term adds to the point (row, column); only pairs of kernel positions add to a middle one.
inline bool AddsTo(const elbo_conv_term &term, int point) {
  return (term.rows == 2 || point / 3 != 1) && (term.columns == 2 || point % 3 != 1);
}

// Terms that add to a point.
inline int64_t TermsOf(const elbo_conv_tiles &tiles, int point) {
  int64_t count = 0;
  for (int32_t t = 0; t < tiles.termCount; t++) count += AddsTo(tiles.terms[t], point) ? 1 : 0;
  return count;
}

// Terms of all points.
inline int64_t TermsOfAll(const elbo_conv_tiles &tiles) {
  int64_t count = 0;
  for (int point = 0; point < kPoints; point++) count += TermsOf(tiles, point);
  return count;
}
}  // namespace elbo
#endif

#include "pixels-inl.h"
#include "simd.h"

HWY_BEFORE_NAMESPACE();
namespace elbo {
namespace HWY_NAMESPACE {

// Along one axis, 3 inputs of a pair or 2 of a single position to points.
template <bool kPair>
HWY_INLINE void ToPoints(VF x0, VF x1, VF x2, VF *v, int stride) {
  v[0] = kPair ? hn::Sub(x0, x1) : x0;
  if (kPair) v[stride] = x1;
  v[2 * stride] = kPair ? hn::Sub(x2, x1) : x1;
}

// The channels of one term of one tile, from 3×3 inputs (fewer where kernel positions are single) to the points' rows.
template <bool kRows, bool kColumns>
HWY_INLINE void InputsToPoints(const float *const *x, int64_t channels, float *const *to) {
  const DF d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t c = 0; c < channels; c += lanes) {
    VF t[kPoints], v[kPoints];
    for (int column = 0; column < (kColumns ? 3 : 2); column++) {
      const VF x0 = hn::LoadU(d, x[column] + c), x1 = hn::LoadU(d, x[3 + column] + c);
      ToPoints<kRows>(x0, x1, kRows ? hn::LoadU(d, x[6 + column] + c) : x1, t + column, 3);
    }
    for (int row = 0; row < 3; row += kRows ? 1 : 2) {
      ToPoints<kColumns>(t[3 * row], t[3 * row + 1], kColumns ? t[3 * row + 2] : t[3 * row + 1], v + 3 * row, 1);
      for (int column = 0; column < 3; column += kColumns ? 1 : 2) {
        hn::StoreU(v[3 * row + column], d, to[3 * row + column] + c);
      }
    }
  }
}

// All terms of one tile: rows[point] receives the channels of each term that adds to the point, one term after another.
HWY_INLINE void TileToPoints(const elbo_conv_tiles &tiles, const float *image, int64_t tile, int64_t channels,
                             float *const *rows) {
  float *to[kPoints];
  std::copy(rows, rows + kPoints, to);
  const int32_t *offsets = tiles.offsets + tile * tiles.termCount * kPoints;
  for (int32_t t = 0; t < tiles.termCount; t++, offsets += kPoints) {
    const elbo_conv_term &term = tiles.terms[t];
    const float *x[kPoints];
    for (int i = 0; i < kPoints; i++) x[i] = Source(image, offsets[i]);
    if (term.rows == 2) {
      term.columns == 2 ? InputsToPoints<true, true>(x, channels, to) : InputsToPoints<true, false>(x, channels, to);
    } else {
      term.columns == 2 ? InputsToPoints<false, true>(x, channels, to) : InputsToPoints<false, false>(x, channels, to);
    }
    for (int point = 0; point < kPoints; point++) to[point] += AddsTo(term, point) ? channels : 0;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace elbo
HWY_AFTER_NAMESPACE();

#endif
