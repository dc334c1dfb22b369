// Convolutions as matrix products without im2col: a row of the left operand is an output pixel, and its elements are
// read through a table of offsets into the image (Dukhan 2019, "The Indirect Convolution Algorithm").
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convolution.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include <algorithm>

#include "simd.h"
#include "tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace elbo {
namespace HWY_NAMESPACE {

// What padding reads.
HWY_ALIGN static const float kZeros[4096] = {};

HWY_INLINE const float *Source(const float *image, int32_t offset) { return offset < 0 ? kZeros : image + offset; }

// Pixels whose dot products run side by side: enough to hide the latency of an addition.
constexpr int kDotRows = 8;

struct PixelTile {
  const float *image;
  const int32_t *offsets;  // of the tile's first pixel
  const int32_t *targets, *taps;
  const float *panel;  // [kernel position][channel][2 vectors]
  const float *bias, *gate;
  float *y;
  int64_t tapCount, channels, width;
  int32_t epilogue;
};

// R pixels × 2 vectors of output channels.
template <size_t... R>
void RunPixels(const PixelTile &tile, std::index_sequence<R...>) {
  const DF d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  VF low[] = {(static_cast<void>(R), hn::Zero(d))...};
  VF high[] = {(static_cast<void>(R), hn::Zero(d))...};
  for (int64_t tap = 0; tap < tile.tapCount; tap++) {
    const float *b = tile.panel + tile.taps[tap] * tile.channels * 2 * lanes;
    const float *a[] = {Source(tile.image, tile.offsets[static_cast<int64_t>(R) * tile.tapCount + tap])...};
    for (int64_t c = 0; c < tile.channels; c++, b += 2 * lanes) {
      const VF b0 = hn::Load(d, b);
      const VF b1 = hn::Load(d, b + lanes);
      (Accumulate(low[R], high[R], K(a[R][c]), b0, b1), ...);
    }
  }
  VF bias0, bias1;
  LoadBias(tile.bias, tile.width, bias0, bias1);
  (FinishRow(low[R], high[R], bias0, bias1, tile.epilogue, tile.width, tile.y + tile.targets[R],
             tile.gate ? tile.gate + tile.targets[R] : nullptr),
   ...);
}

// Panels [panel][kernel position][channel][2 vectors] of the weights, padded with zeros.
void PackWeights(const elbo_conv_arguments &g, int64_t width, float *to) {
  for (int64_t o0 = 0; o0 < g.outChannels; o0 += width) {
    for (int32_t t = 0; t < g.kernelPositions; t++) {
      for (int64_t c = 0; c < g.inChannels; c++, to += width) {
        const float *from = g.weights + t + c * g.inStride;
        for (int64_t o = 0; o < width; o++) to[o] = o0 + o < g.outChannels ? from[(o0 + o) * g.outStride] : 0.0f;
      }
    }
  }
}

// R pixels of a single output channel: each a vector of partial sums along the input channels.
template <size_t... R>
void RunDots(const PixelTile &tile, std::index_sequence<R...>) {
  const DF d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  VF sums[] = {(static_cast<void>(R), hn::Zero(d))...};
  const float *w = tile.panel;
  for (int64_t tap = 0; tap < tile.tapCount; tap++, w += tile.channels) {
    const float *a[] = {Source(tile.image, tile.offsets[static_cast<int64_t>(R) * tile.tapCount + tap])...};
    for (int64_t c = 0; c < tile.channels; c += lanes) {
      const VF b = hn::Load(d, w + c);
      ((sums[R] = hn::MulAdd(hn::LoadU(d, a[R] + c), b, sums[R])), ...);
    }
  }
  const float bias = tile.bias ? *tile.bias : 0.0f;
  HWY_ALIGN float results[HWY_MAX_BYTES / 4 + kDotRows] = {(hn::GetLane(hn::SumOfLanes(d, sums[R])) + bias)...};
  for (int64_t r = 0; r < static_cast<int64_t>(sizeof...(R)); r += lanes) {
    hn::StoreU(Activate(hn::LoadU(d, results + r), tile.epilogue), d, results + r);
  }
  for (int32_t r = 0; r < static_cast<int32_t>(sizeof...(R)); r++) {
    const bool closed = tile.gate && !(tile.gate[tile.targets[r]] > 0);
    tile.y[tile.targets[r]] = closed ? 0.0f : results[r];
  }
}

// A single output channel: dot products along the input channels.
void ConvToOneChannel(const elbo_conv_arguments &g) {
  float *w = g.scratch;
  for (int32_t i = 0; i < g.groupCount; i++) {
    const elbo_conv_group &group = g.groups[i];
    PixelTile tile;
    tile.panel = w;
    tile.bias = g.bias;
    tile.tapCount = group.tapCount;
    tile.channels = g.inChannels;
    tile.epilogue = g.epilogue;
    for (int32_t t = 0; t < group.tapCount; t++) {
      for (int64_t c = 0; c < g.inChannels; c++) *w++ = g.weights[group.taps[t] + c * g.inStride];
    }
    for (int64_t image = 0; image < g.images; image++) {
      tile.image = g.x + image * g.xStride;
      tile.y = g.y + image * g.yStride;
      tile.gate = g.gate ? g.gate + image * g.yStride : nullptr;
      for (int64_t p = 0; p < group.pixels; p += kDotRows) {
        tile.offsets = group.offsets + p * group.tapCount;
        tile.targets = group.targets + p;
        ForRows<kDotRows>(static_cast<int>(std::min<int64_t>(kDotRows, group.pixels - p)),
                          [&](auto rows) HWY_ATTR { RunDots(tile, rows); });
      }
    }
  }
}

void Conv(const void *arguments) {
  const elbo_conv_arguments &g = *static_cast<const elbo_conv_arguments *>(arguments);
  const int64_t width = 2 * static_cast<int64_t>(hn::Lanes(DF()));
  if (g.outChannels == 1 && g.inChannels % width == 0) return ConvToOneChannel(g);
  if (!g.continues) PackWeights(g, width, g.scratch);
  const int64_t panelSize = g.kernelPositions * static_cast<int64_t>(g.inChannels) * width;
  for (int64_t image = 0; image < g.images; image++) {
    for (int64_t o = 0; o < g.outChannels; o += width) {
      for (int32_t i = 0; i < g.groupCount; i++) {
        const elbo_conv_group &group = g.groups[i];
        const int64_t blocks = (group.pixels + kTileRows - 1) / kTileRows;
        PixelTile tile;
        tile.image = g.x + image * g.xStride;
        tile.panel = g.scratch + o / width * panelSize;
        tile.taps = group.taps;
        tile.bias = g.bias ? g.bias + o : nullptr;
        tile.gate = g.gate ? g.gate + image * g.yStride + o : nullptr;
        tile.y = g.y + image * g.yStride + o;
        tile.tapCount = group.tapCount;
        tile.channels = g.inChannels;
        tile.width = std::min(width, g.outChannels - o);
        tile.epilogue = g.epilogue;
        for (int64_t block = 0; block < blocks; block++) {
          const int64_t begin = group.pixels * block / blocks, end = group.pixels * (block + 1) / blocks;
          tile.offsets = group.offsets + begin * group.tapCount;
          tile.targets = group.targets + begin;
          ForRows<kTileRows>(static_cast<int>(end - begin), [&](auto rows) HWY_ATTR { RunPixels(tile, rows); });
        }
      }
    }
  }
}

struct WeightTile {
  const float *x, *y;
  const int32_t *offsets, *targets;
  int64_t images, xStride, yStride, pixels, tapCount;
  int64_t row, channels, outChannels, column;
  float *sums;  // [row][outChannels]
};

// R rows (tap, channel) × 2 vectors of output channels, over the pixels of some images. Rows within one tap share
// their offset; with kManyTaps each row has its own.
template <bool kManyTaps, size_t... R>
void RunWeights(const WeightTile &t, std::index_sequence<R...>) {
  const DF d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  const int64_t width = std::min(2 * lanes, t.outChannels - t.column);
  const auto mask0 = hn::FirstN(d, static_cast<size_t>(std::min(lanes, width)));
  const auto mask1 = hn::FirstN(d, static_cast<size_t>(std::max<int64_t>(0, width - lanes)));
  VF low[] = {(static_cast<void>(R), hn::Zero(d))...};
  VF high[] = {(static_cast<void>(R), hn::Zero(d))...};
  const int64_t tap = t.row / t.channels, channel = t.row % t.channels;
  const int64_t taps[] = {(t.row + static_cast<int64_t>(R)) / t.channels...};
  const int64_t channels[] = {(t.row + static_cast<int64_t>(R)) % t.channels...};
  for (int64_t image = 0; image < t.images; image++) {
    const float *x = t.x + image * t.xStride;
    const float *y = t.y + image * t.yStride + t.column;
    const int32_t *offsets = t.offsets;
    for (int64_t p = 0; p < t.pixels; p++, offsets += t.tapCount) {
      if (!kManyTaps && offsets[tap] < 0) continue;
      const float *yp = y + t.targets[p];
      const VF b0 = width >= lanes ? hn::LoadU(d, yp) : hn::MaskedLoad(mask0, d, yp);
      const VF b1 = width == 2 * lanes ? hn::LoadU(d, yp + lanes) : hn::MaskedLoad(mask1, d, yp + lanes);
      if constexpr (kManyTaps) {
        (Accumulate(low[R], high[R], K(Source(x, offsets[taps[R]])[channels[R]]), b0, b1), ...);
      } else {
        const float *a = x + offsets[tap] + channel;
        (Accumulate(low[R], high[R], K(a[R]), b0, b1), ...);
      }
    }
  }
  (AddRow(low[R], high[R], width, t.sums + (t.row + static_cast<int64_t>(R)) * t.outChannels + t.column), ...);
}

void ConvWeight(const void *arguments) {
  const elbo_conv_weight_arguments &g = *static_cast<const elbo_conv_weight_arguments *>(arguments);
  const elbo_conv_group &group = *g.group;
  const int64_t width = 2 * static_cast<int64_t>(hn::Lanes(DF()));
  const int64_t height = static_cast<int64_t>(group.tapCount) * g.inChannels;
  if (!g.continues) std::fill(g.scratch, g.scratch + height * g.outChannels, 0.0f);
  // Images in blocks that stay in L2 while every tile passes over them.
  const int64_t block = std::max<int64_t>(1, 65536 / std::max<int64_t>(1, g.xStride + g.yStride));
  for (int64_t first = 0; first < g.images; first += block) {
    WeightTile tile;
    tile.x = g.x + first * g.xStride;
    tile.y = g.y + first * g.yStride;
    tile.offsets = group.offsets;
    tile.targets = group.targets;
    tile.images = std::min(block, g.images - first);
    tile.xStride = g.xStride;
    tile.yStride = g.yStride;
    tile.pixels = group.pixels;
    tile.tapCount = group.tapCount;
    tile.channels = g.inChannels;
    tile.outChannels = g.outChannels;
    tile.sums = g.scratch;
    const bool manyTaps = g.inChannels < 4;
    const int64_t span = manyTaps ? height : g.inChannels;
    const int64_t tiles = (span + kTileRows - 1) / kTileRows;
    for (int64_t column = 0; column < g.outChannels; column += width) {
      tile.column = column;
      for (int64_t start = 0; start < height; start += span) {
        for (int64_t i = 0; i < tiles; i++) {
          const int64_t begin = span * i / tiles, end = span * (i + 1) / tiles;
          tile.row = start + begin;
          ForRows<kTileRows>(static_cast<int>(end - begin), [&](auto rows) HWY_ATTR {
            if (manyTaps) {
              RunWeights<true>(tile, rows);
            } else {
              RunWeights<false>(tile, rows);
            }
          });
        }
      }
    }
  }
  if (g.unfinished) return;
  for (int32_t t = 0; t < group.tapCount; t++) {
    for (int64_t c = 0; c < g.inChannels; c++) {
      const float *from = g.scratch + (t * g.inChannels + c) * g.outChannels;
      float *to = g.weights + group.taps[t] + c * g.inStride;
      for (int64_t o = 0; o < g.outChannels; o++) to[o * g.outStride] = from[o];
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace elbo
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace elbo {
HWY_EXPORT(Conv);
HWY_EXPORT(ConvWeight);
static void CallConv(const void *arguments) { HWY_DYNAMIC_DISPATCH(Conv)(arguments); }
static void CallConvWeight(const void *arguments) { HWY_DYNAMIC_DISPATCH(ConvWeight)(arguments); }
}  // namespace elbo

extern "C" void elbo_conv(const void *arguments) { elbo::CallConv(arguments); }
extern "C" void elbo_conv_weight(const void *arguments) { elbo::CallConvWeight(arguments); }

// Output channels in whole panels of the widest target; every tap belongs to one group.
extern "C" int64_t elbo_conv_scratch(int32_t tapCount, int32_t inChannels, int32_t outChannels) {
  return static_cast<int64_t>(tapCount) * inChannels * ((outChannels + 31) / 32 * 32);
}
extern "C" int64_t elbo_conv_weight_scratch(int32_t tapCount, int32_t inChannels, int32_t outChannels) {
  return static_cast<int64_t>(tapCount) * inChannels * outChannels;
}
#endif
