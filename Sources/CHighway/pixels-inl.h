// Where the kernel positions of a convolution read: a table of offsets into the image, and rows packed by it. Included
// once per target.
#if defined(ELBO_PIXELS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef ELBO_PIXELS_INL_H
#undef ELBO_PIXELS_INL_H
#else
#define ELBO_PIXELS_INL_H
#endif

#include <algorithm>
#include <cstring>

#include "math-inl.h"
#include "simd.h"

HWY_BEFORE_NAMESPACE();
namespace elbo {
namespace HWY_NAMESPACE {

// What padding reads.
HWY_ALIGN static const float kZeros[4096] = {};

HWY_INLINE const float *Source(const float *image, int32_t offset) { return offset < 0 ? kZeros : image + offset; }

// How many kernel positions in a row read neighbouring floats of a one-channel image, where none is padding.
HWY_INLINE int64_t RunLength(const elbo_conv_group &group) {
  const int64_t taps = group.tapCount;
  for (int64_t p = 0; p < group.pixels; p++) {
    const int32_t *offsets = group.offsets + p * taps;
    if (offsets[0] < 0 || offsets[taps - 1] < 0) continue;
    int64_t run = 1;
    while (run < taps && offsets[run] == offsets[run - 1] + 1) run++;
    if (taps % run != 0) return 1;
    for (int64_t t = 0; t < taps; t++) {
      if (t % run != 0 && offsets[t] != offsets[t - 1] + 1) return 1;
    }
    return run;
  }
  return 1;
}

// What the kernel positions of one output pixel read, one after another. Positions grow or fall along both axes, so
// none is padding when the first and the last are not. May write three floats more.
HWY_INLINE void PackInputs(const float *image, const int32_t *offsets, int64_t taps, int64_t channels, int64_t run,
                           float *to) {
  const DF d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  if (channels == 1) {
    if (run > 1 && run <= 4 && offsets[0] >= 0 && offsets[taps - 1] >= 0) {
      for (int64_t t = 0; t < taps; t += run) std::memcpy(to + t, image + offsets[t], 4 * sizeof(float));
    } else {
      for (int64_t t = 0; t < taps; t++) to[t] = *Source(image, offsets[t]);
    }
  } else if (channels % lanes == 0) {
    for (int64_t t = 0; t < taps; t++, to += channels) {
      const float *from = Source(image, offsets[t]);
      for (int64_t c = 0; c < channels; c += lanes) hn::StoreU(hn::LoadU(d, from + c), d, to + c);
    }
  } else {
    for (int64_t t = 0; t < taps; t++, to += channels) std::copy_n(Source(image, offsets[t]), channels, to);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace elbo
HWY_AFTER_NAMESPACE();

#endif
