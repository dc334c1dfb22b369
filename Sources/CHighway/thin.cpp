// Convolutions of images with few channels. Finding each input in a table would take longer than the multiplications, so
// an image is copied between zeros: every kernel position of a pixel then reads at the same distance from the pixel's
// first input, and neighboring pixels at the same distance from each other.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "thin.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include <algorithm>

#include "pixels-inl.h"
#include "simd.h"
#include "tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace elbo {
namespace HWY_NAMESPACE {

// The rows that the kernel reaches; what lies around them is zero and stays so.
HWY_INLINE void CopyBetweenZeros(const elbo_conv_padded &p, const float *image, int64_t channels, float *to) {
  const int64_t rows = std::min(p.height, p.paddedHeight - p.top), columns = std::min(p.width, p.paddedWidth - p.left);
  for (int64_t row = 0; row < rows; row++) {
    std::copy_n(image + row * p.width * channels, columns * channels,
                to + ((row + p.top) * p.paddedWidth + p.left) * channels);
  }
}

HWY_INLINE int64_t PaddedSize(const elbo_conv_padded &p, int64_t channels) {
  return static_cast<int64_t>(p.paddedHeight) * p.paddedWidth * channels;
}

struct ThinTile {
  const float *x;      // what the first pixel reads first
  const float *panel;  // [kernel position][channel][2 vectors]
  const float *bias, *gate;
  float *y;
  int64_t shift, outChannels, width;  // floats from pixel to pixel of x and of y
};

// R pixels of a row × 2 vectors of output channels.
template <size_t... R>
void RunThin(const elbo_conv_arguments &g, const ThinTile &tile, std::index_sequence<R...>) {
  const DF d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  VF low[] = {(static_cast<void>(R), hn::Zero(d))...};
  VF high[] = {(static_cast<void>(R), hn::Zero(d))...};
  const float *b = tile.panel;
  for (int32_t tap = 0; tap < g.kernelPositions; tap++) {
    const float *a = tile.x + g.padded->offsets[tap];
    for (int32_t c = 0; c < g.inChannels; c++, a++, b += 2 * lanes) {
      const VF b0 = hn::Load(d, b), b1 = hn::Load(d, b + lanes);
      (Accumulate(low[R], high[R], K(a[static_cast<int64_t>(R) * tile.shift]), b0, b1), ...);
    }
  }
  VF bias0, bias1;
  LoadBias(tile.bias, tile.width, bias0, bias1);
  // Written out, as in convolution.cpp: handed to a function, the sums would leave their registers.
  float *y = tile.y;
  const float *gate = tile.gate;
  const int64_t next = tile.outChannels;
  switch (FinishOf(g.epilogue, tile.width, gate != nullptr)) {
    case Finish::kIdentity:
      (FinishWholeRow<Finish::kIdentity>(low[R], high[R], bias0, bias1, y + static_cast<int64_t>(R) * next, nullptr), ...);
      break;
    case Finish::kRelu:
      (FinishWholeRow<Finish::kRelu>(low[R], high[R], bias0, bias1, y + static_cast<int64_t>(R) * next, nullptr), ...);
      break;
    case Finish::kGate:
      (FinishWholeRow<Finish::kGate>(low[R], high[R], bias0, bias1, y + static_cast<int64_t>(R) * next,
                                     gate + static_cast<int64_t>(R) * next),
       ...);
      break;
    case Finish::kOther:
      (FinishRow(low[R], high[R], bias0, bias1, g.epilogue, tile.width, y + static_cast<int64_t>(R) * next,
                 gate ? gate + static_cast<int64_t>(R) * next : nullptr),
       ...);
  }
}

void ConvThin(const void *arguments) {
  const elbo_conv_arguments &g = *static_cast<const elbo_conv_arguments *>(arguments);
  const elbo_conv_padded &p = *g.padded;
  const int64_t width = 2 * static_cast<int64_t>(hn::Lanes(DF()));
  const int64_t blocks = (p.columns + kTileRows - 1) / kTileRows;
  float *padded = g.scratch + elbo_conv_scratch(g.kernelPositions, g.inChannels, g.outChannels);
  if (!g.continues) {
    PackWeights(g, width, g.scratch);
    std::fill_n(padded, PaddedSize(p, g.inChannels), 0.0f);
  }
  for (int64_t image = 0; image < g.images; image++) {
    CopyBetweenZeros(p, g.x + image * g.xStride, g.inChannels, padded);
    for (int64_t o = 0; o < g.outChannels; o += width) {
      ThinTile tile;
      tile.panel = g.scratch + o * g.kernelPositions * g.inChannels;
      tile.bias = g.bias ? g.bias + o : nullptr;
      tile.shift = static_cast<int64_t>(p.columnStep) * g.inChannels;
      tile.outChannels = g.outChannels;
      tile.width = std::min(width, g.outChannels - o);
      for (int64_t row = 0; row < p.rows; row++) {
        for (int64_t block = 0; block < blocks; block++) {
          const int64_t begin = p.columns * block / blocks, end = p.columns * (block + 1) / blocks;
          const int64_t at = image * g.yStride + (row * p.columns + begin) * g.outChannels + o;
          tile.x = padded + row * p.rowStep * p.paddedWidth * g.inChannels + begin * tile.shift;
          tile.y = g.y + at;
          tile.gate = g.gate ? g.gate + at : nullptr;
          ForRows<kTileRows>(static_cast<int>(end - begin), [&](auto rows) HWY_ATTR { RunThin(g, tile, rows); });
        }
      }
    }
  }
}

// Rows (kernel position, channel) begin … of the weights × 2 vectors of output channels, over all pixels of an image.
template <size_t... R>
void RunThinWeights(const elbo_conv_weight_arguments &g, const float *x, const int32_t *offsets, const float *y,
                    int64_t width, float *sums, std::index_sequence<R...>) {
  const DF d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  const elbo_conv_padded &p = *g.padded;
  const auto first = hn::FirstN(d, static_cast<size_t>(std::min(width, lanes)));
  const auto second = hn::FirstN(d, static_cast<size_t>(std::max<int64_t>(0, width - lanes)));
  VF low[] = {(static_cast<void>(R), hn::Zero(d))...};
  VF high[] = {(static_cast<void>(R), hn::Zero(d))...};
  const int64_t shift = static_cast<int64_t>(p.columnStep) * g.inChannels;
  for (int64_t row = 0; row < p.rows; row++, x += static_cast<int64_t>(p.rowStep) * p.paddedWidth * g.inChannels) {
    const float *a[] = {x + offsets[R]...};
    for (int64_t i = 0; i < p.columns * shift; i += shift, y += g.outChannels) {
      // Not MaskedLoad, which asks for aligned memory where vectors have no masks of their own (SSE4).
      const VF b0 = hn::IfThenElseZero(first, hn::LoadU(d, y));
      const VF b1 = width > lanes ? hn::IfThenElseZero(second, hn::LoadU(d, y + lanes)) : hn::Zero(d);
      (Accumulate(low[R], high[R], K(a[R][i]), b0, b1), ...);
    }
  }
  (AddRow(low[R], high[R], width, sums + static_cast<int64_t>(R) * g.outChannels), ...);
}

void ConvThinWeight(const void *arguments) {
  const elbo_conv_weight_arguments &g = *static_cast<const elbo_conv_weight_arguments *>(arguments);
  const elbo_conv_padded &p = *g.padded;
  const int64_t width = 2 * static_cast<int64_t>(hn::Lanes(DF()));
  const int64_t height = static_cast<int64_t>(g.kernelPositions) * g.inChannels;
  const int64_t tiles = (height + kTileRows - 1) / kTileRows;
  float *sums = g.scratch;
  float *padded = sums + elbo_conv_weight_scratch(g.kernelPositions, g.inChannels, g.outChannels);
  if (!g.continues) {
    std::fill_n(sums, height * g.outChannels, 0.0f);
    std::fill_n(padded, PaddedSize(p, g.inChannels), 0.0f);
  }
  for (int64_t image = 0; image < g.images; image++) {
    CopyBetweenZeros(p, g.x + image * g.xStride, g.inChannels, padded);
    for (int64_t o = 0; o < g.outChannels; o += width) {
      for (int64_t tile = 0; tile < tiles; tile++) {
        const int64_t begin = height * tile / tiles, end = height * (tile + 1) / tiles;
        int32_t offsets[kTileRows];
        for (int64_t i = begin; i < end; i++) {
          offsets[i - begin] = p.offsets[i / g.inChannels] + static_cast<int32_t>(i % g.inChannels);
        }
        ForRows<kTileRows>(static_cast<int>(end - begin), [&](auto rows) HWY_ATTR {
          RunThinWeights(g, padded, offsets, g.y + image * g.yStride + o, std::min(width, g.outChannels - o),
                         sums + begin * g.outChannels + o, rows);
        });
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
HWY_EXPORT(ConvThin);
HWY_EXPORT(ConvThinWeight);
static void CallConvThin(const void *arguments) { HWY_DYNAMIC_DISPATCH(ConvThin)(arguments); }
static void CallConvThinWeight(const void *arguments) { HWY_DYNAMIC_DISPATCH(ConvThinWeight)(arguments); }
}  // namespace elbo

extern "C" void elbo_conv_thin(const void *arguments) { elbo::CallConvThin(arguments); }
extern "C" void elbo_conv_thin_weight(const void *arguments) { elbo::CallConvThinWeight(arguments); }

extern "C" int64_t elbo_conv_thin_scratch(const elbo_conv_padded *padded, int32_t inChannels) {
  return static_cast<int64_t>(padded->paddedHeight) * padded->paddedWidth * inChannels;
}
#endif
