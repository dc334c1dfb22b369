// Gradients of convolution weights as matrix products: what the kernel positions of some output pixels read, packed row
// by row, transposed, times the gradients of those pixels.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convolution-gradient.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include <algorithm>

#include "pixels-inl.h"
#include "simd.h"
#include "tile-inl.h"

#ifndef ELBO_PIXEL_BLOCK
#define ELBO_PIXEL_BLOCK
namespace elbo {
// Output pixels that a gradient of weights takes at a time: so many that packed inputs of `height` floats each stay in
// the second-level cache, and never so few that adding up their sums would show.
constexpr int64_t kPackedFloats = 32768;
inline int64_t PixelBlock(int64_t height) {
  const int64_t fitting = kPackedFloats / (height > 0 ? height : 1);
  return fitting < 32 ? 32 : fitting > 256 ? 256 : fitting;
}
}  // namespace elbo
#endif

HWY_BEFORE_NAMESPACE();
namespace elbo {
namespace HWY_NAMESPACE {

// A block of output pixels laid out as the two operands of a matrix product.
struct WeightBlock {
  const float *a;  // [pixels][aStride]: the inputs that each kernel position meets, channel by channel
  const float *b;  // [pixels][bStride]: output channels from `column` on, two vectors of them
  int64_t pixels, aStride, bStride, column, outChannels;
  float *sums;  // [tap, channel][outChannels]
};

// Rows row ..< row + R (tap, channel) × 2 vectors of output channels.
template <size_t... R>
void RunWeights(const WeightBlock &block, int64_t row, std::index_sequence<R...>) {
  const DF d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  const int64_t width = std::min(2 * lanes, block.outChannels - block.column);
  VF low[] = {(static_cast<void>(R), hn::Zero(d))...};
  VF high[] = {(static_cast<void>(R), hn::Zero(d))...};
  const float *a = block.a + row;
  const float *b = block.b;
  for (int64_t p = 0; p < block.pixels; p++, a += block.aStride, b += block.bStride) {
    const VF b0 = hn::LoadU(d, b);
    const VF b1 = hn::LoadU(d, b + lanes);
    (Accumulate(low[R], high[R], K(a[R]), b0, b1), ...);
  }
  (AddRow(low[R], high[R], width,
          block.sums + (row + static_cast<int64_t>(R)) * block.outChannels + block.column),
   ...);
}

HWY_INLINE void PackOutputs(const float *from, int64_t width, float *to) {
  const DF d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  if (width == 2 * lanes) {
    hn::Store(hn::LoadU(d, from), d, to);
    hn::Store(hn::LoadU(d, from + lanes), d, to + lanes);
  } else {
    for (int64_t o = 0; o < 2 * lanes; o++) to[o] = o < width ? from[o] : 0.0f;
  }
}

// Floats from pixel to pixel of the packed inputs: whole cache lines, an odd number of them, so that neighbors fall
// into different sets of the cache.
HWY_INLINE int64_t InputStride(int64_t height) { return ((height + 15) / 16 | 1) * 16; }

void ConvWeight(const void *arguments) {
  const elbo_conv_weight_arguments &g = *static_cast<const elbo_conv_weight_arguments *>(arguments);
  const elbo_conv_group &group = *g.group;
  const int64_t width = 2 * static_cast<int64_t>(hn::Lanes(DF()));
  const int64_t taps = group.tapCount, height = taps * g.inChannels;
  const int64_t panels = (g.outChannels + width - 1) / width;
  const int64_t inputStride = InputStride(height);
  const int64_t block = PixelBlock(height);
  float *outputs = g.scratch;  // [panel][block][width]
  float *inputs = outputs + block * panels * width;
  float *sums = inputs + block * inputStride;
  if (!g.continues) std::fill(sums, sums + height * g.outChannels, 0.0f);
  const int64_t tiles = (height + kTileRows - 1) / kTileRows;
  const int64_t total = g.images * group.pixels;
  // A few whole panels of outputs that follow one another are read as they lie.
  const bool packs = g.outChannels % width != 0 || panels > 2 || g.yStride != group.pixels * g.outChannels ||
                     group.targets[group.pixels - 1] != (group.pixels - 1) * g.outChannels;
  int64_t image = 0, pixel = 0;
  for (int64_t first = 0; first < total; first += block) {
    const int64_t count = std::min(block, total - first);
    for (int64_t p = 0; p < count; p++) {
      const float *y = g.y + image * g.yStride + group.targets[pixel];
      PackInputs(g.x + image * g.xStride, group.offsets + pixel * taps, taps, g.inChannels,
                 inputs + p * inputStride);
      for (int64_t i = 0; packs && i < panels; i++) {
        PackOutputs(y + i * width, std::min(width, g.outChannels - i * width), outputs + (i * block + p) * width);
      }
      if (++pixel == group.pixels) {
        pixel = 0;
        image++;
      }
    }
    for (int64_t i = 0; i < panels; i++) {
      const WeightBlock operands{
          inputs, packs ? outputs + i * block * width : g.y + first * g.outChannels + i * width, count, inputStride,
          packs ? width : g.outChannels, i * width, g.outChannels, sums};
      for (int64_t tile = 0; tile < tiles; tile++) {
        const int64_t begin = height * tile / tiles, end = height * (tile + 1) / tiles;
        ForRows<kTileRows>(static_cast<int>(end - begin),
                           [&](auto rows) HWY_ATTR { RunWeights(operands, begin, rows); });
      }
    }
  }
  if (!g.unfinished) StoreWeights(g, sums);
}

}  // namespace HWY_NAMESPACE
}  // namespace elbo
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace elbo {
HWY_EXPORT(ConvWeight);
static void CallConvWeight(const void *arguments) { HWY_DYNAMIC_DISPATCH(ConvWeight)(arguments); }
}  // namespace elbo

extern "C" void elbo_conv_weight(const void *arguments) {
  const elbo_conv_weight_arguments &g = *static_cast<const elbo_conv_weight_arguments *>(arguments);
  if (g.padded) return elbo_conv_thin_weight(arguments);
  if (g.group) elbo::CallConvWeight(arguments);
  if (g.tiles) elbo_conv_winograd_weight(arguments);
}

extern "C" int64_t elbo_conv_weight_scratch(int32_t tapCount, int32_t inChannels, int32_t outChannels) {
  const int64_t height = static_cast<int64_t>(tapCount) * inChannels;
  // Inputs with up to two cache lines more a pixel, outputs in whole panels, and the sums with room for a vector read
  // beyond the last.
  const int64_t packed = elbo::PixelBlock(height) * (height + 48 + (outChannels + 31) / 32 * 32);
  return (packed + height * outChannels + 31) / 16 * 16;
}
#endif
