// Where the kernel positions of a convolution read, a table of offsets into the image, and its operands packed. Included
// once per target.
#if defined(ELBO_PIXELS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef ELBO_PIXELS_INL_H
#undef ELBO_PIXELS_INL_H
#else
#define ELBO_PIXELS_INL_H
#endif

#include <algorithm>

#include "math-inl.h"
#include "simd.h"

HWY_BEFORE_NAMESPACE();
namespace elbo {
namespace HWY_NAMESPACE {

// What padding reads.
HWY_ALIGN static const float kZeros[4096] = {};

HWY_INLINE const float *Source(const float *image, int32_t offset) { return offset < 0 ? kZeros : image + offset; }

// What the kernel positions of one output pixel read, one after another.
HWY_INLINE void PackInputs(const float *image, const int32_t *offsets, int64_t taps, int64_t channels, float *to) {
  const DF d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t t = 0; t < taps; t++, to += channels) {
    const float *from = Source(image, offsets[t]);
    if (channels % lanes == 0) {
      for (int64_t c = 0; c < channels; c += lanes) hn::StoreU(hn::LoadU(d, from + c), d, to + c);
    } else {
      std::copy_n(from, channels, to);
    }
  }
}

// Panels [panel][kernel position][channel][2 vectors] of the weights, padded with zeros.
HWY_INLINE void PackWeights(const elbo_conv_arguments &g, int64_t width, float *to) {
  for (int64_t o0 = 0; o0 < g.outChannels; o0 += width) {
    for (int32_t t = 0; t < g.kernelPositions; t++) {
      for (int64_t c = 0; c < g.inChannels; c++, to += width) {
        const float *from = g.weights + t + c * g.inStride;
        for (int64_t o = 0; o < width; o++) to[o] = o0 + o < g.outChannels ? from[(o0 + o) * g.outStride] : 0.0f;
      }
    }
  }
}

// The sums [kernel position][channel][output channel] to where the weights' gradients lie.
HWY_INLINE void StoreWeights(const elbo_conv_weight_arguments &g, const float *sums) {
  for (int64_t t = 0; t < g.kernelPositions; t++) {
    for (int64_t c = 0; c < g.inChannels; c++, sums += g.outChannels) {
      float *to = g.weights + t + c * g.inStride;
      for (int64_t o = 0; o < g.outChannels; o++) to[o * g.outStride] = sums[o];
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace elbo
HWY_AFTER_NAMESPACE();

#endif
