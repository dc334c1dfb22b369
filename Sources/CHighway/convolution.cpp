// Convolutions as matrix products without im2col: a row of the left operand is an output pixel, and its elements are
// read through a table of offsets into the image (Dukhan 2019, "The Indirect Convolution Algorithm").
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convolution.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include <algorithm>

#include "pixels-inl.h"
#include "simd.h"
#include "tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace elbo {
namespace HWY_NAMESPACE {

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
  switch (FinishOf(tile.epilogue, tile.width, tile.gate != nullptr)) {
    case Finish::kIdentity:
      (FinishWholeRow<Finish::kIdentity>(low[R], high[R], bias0, bias1, tile.y + tile.targets[R], nullptr), ...);
      break;
    case Finish::kRelu:
      (FinishWholeRow<Finish::kRelu>(low[R], high[R], bias0, bias1, tile.y + tile.targets[R], nullptr), ...);
      break;
    case Finish::kGate:
      (FinishWholeRow<Finish::kGate>(low[R], high[R], bias0, bias1, tile.y + tile.targets[R],
                                     tile.gate + tile.targets[R]),
       ...);
      break;
    case Finish::kOther:
      (FinishRow(low[R], high[R], bias0, bias1, tile.epilogue, tile.width, tile.y + tile.targets[R],
                 tile.gate ? tile.gate + tile.targets[R] : nullptr),
       ...);
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
  for (int32_t i = 0; i < g.groupCount; i++) {
    const elbo_conv_group &group = g.groups[i];
    // Groups of pixels at edges share taps: each packs its own, where the one before had its own.
    float *w = g.scratch;
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

}  // namespace HWY_NAMESPACE
}  // namespace elbo
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace elbo {
HWY_EXPORT(Conv);
static void CallConv(const void *arguments) { HWY_DYNAMIC_DISPATCH(Conv)(arguments); }
}  // namespace elbo

extern "C" void elbo_conv(const void *arguments) {
  const elbo_conv_arguments &g = *static_cast<const elbo_conv_arguments *>(arguments);
  if (g.padded) return elbo_conv_thin(arguments);
  if (g.groupCount > 0) elbo::CallConv(arguments);
  if (g.tilesCount > 0) elbo_conv_winograd(arguments);
}

// Output channels in whole panels of the widest target, for one group's taps at a time.
extern "C" int64_t elbo_conv_scratch(int32_t tapCount, int32_t inChannels, int32_t outChannels) {
  return static_cast<int64_t>(tapCount) * inChannels * ((outChannels + 31) / 32 * 32);
}
#endif
