// Convolutions over tiles of 2×2 output pixels: see winograd-inl.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "winograd.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include <algorithm>

#include "simd.h"
#include "tile-inl.h"
#include "winograd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace elbo {
namespace HWY_NAMESPACE {

// One vector of output channels of a kernel position; zeros from the `count`-th on.
HWY_INLINE VF OutputChannels(const float *from, int64_t stride, int64_t count) {
  const DF d;
  const VI channel = hn::Iota(DI(), 0);
  const VI inside = hn::Set(DI(), static_cast<int32_t>(count));
  const auto mask = hn::Lt(channel, inside);
  const VI index = hn::Mul(hn::IfThenElseZero(mask, channel), hn::Set(DI(), static_cast<int32_t>(stride)));
  return hn::IfThenElseZero(hn::RebindMask(d, mask), hn::GatherIndex(d, from, index));
}

// Along one axis, the weights of a pair or of a single kernel position to points.
HWY_INLINE void ToPointWeights(bool pair, VF w0, VF w1, VF *v, int stride) {
  v[0] = w0;
  v[stride] = hn::Add(w0, w1);
  v[2 * stride] = pair ? w1 : w0;
}

// Panels [panel][point][term, channel][2 vectors] of the points' weights, padded with zeros.
void WeightsToPoints(const elbo_conv_arguments &g, const elbo_conv_tiles &tiles, int64_t width, float *to) {
  const DF d;
  const int64_t lanes = width / 2;
  for (int64_t o0 = 0; o0 < g.outChannels; o0 += width) {
    float *rows[kPoints];
    for (int point = 0; point < kPoints; point++) {
      rows[point] = to;
      to += TermsOf(tiles, point) * g.inChannels * width;
    }
    for (int32_t i = 0; i < tiles.termCount; i++) {
      const elbo_conv_term &term = tiles.terms[i];
      const int32_t nextRow = term.rows == 2 ? 2 : 0, nextColumn = term.columns == 2 ? 1 : 0;
      for (int64_t c = 0; c < g.inChannels; c++) {
        for (int64_t o = o0; o < o0 + width; o += lanes) {
          const float *w = g.weights + c * g.inStride + o * g.outStride;
          const int64_t left = std::max<int64_t>(0, g.outChannels - o);
          VF t[6], v[kPoints];
          for (int32_t column = 0; column < 2; column++) {
            const float *first = w + term.taps[column * nextColumn];
            const float *second = w + term.taps[nextRow + column * nextColumn];
            ToPointWeights(term.rows == 2, left ? OutputChannels(first, g.outStride, left) : hn::Zero(d),
                           left ? OutputChannels(second, g.outStride, left) : hn::Zero(d), t + column, 2);
          }
          for (int row = 0; row < 3; row++) ToPointWeights(term.columns == 2, t[2 * row], t[2 * row + 1], v + 3 * row, 1);
          for (int point = 0; point < kPoints; point++) {
            if (AddsTo(term, point)) hn::Store(v[point], d, rows[point] + o - o0);
          }
        }
        for (int point = 0; point < kPoints; point++) rows[point] += AddsTo(term, point) ? width : 0;
      }
    }
  }
}

// R tiles × 2 vectors of output channels at one point.
template <size_t... R>
void RunPoint(const float *a, int64_t depth, const float *b, float *m, std::index_sequence<R...>) {
  const DF d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  VF low[] = {(static_cast<void>(R), hn::Zero(d))...};
  VF high[] = {(static_cast<void>(R), hn::Zero(d))...};
  const float *rows[] = {a + static_cast<int64_t>(R) * depth...};
  for (int64_t k = 0; k < depth; k++, b += 2 * lanes) {
    const VF b0 = hn::Load(d, b), b1 = hn::Load(d, b + lanes);
    (Accumulate(low[R], high[R], K(rows[R][k]), b0, b1), ...);
  }
  (hn::Store(low[R], d, m + static_cast<int64_t>(2 * R) * lanes), ...);
  (hn::Store(high[R], d, m + static_cast<int64_t>(2 * R + 1) * lanes), ...);
}

// The four output pixels of one tile from its points, which lie `stride` floats apart.
template <Finish kFinish>
HWY_INLINE void PointsToPixels(const elbo_conv_arguments &g, const float *m, int64_t stride, int64_t width, VF bias0,
                               VF bias1, const int32_t *targets, float *y, const float *gate) {
  const DF d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  VF sums[2][3][2];  // [vector][row of points][column of pixels]
  for (int row = 0; row < 3; row++, m += 3 * stride) {
    for (int half = 0; half < 2; half++) {
      const float *at = m + half * lanes;
      const VF middle = hn::Load(d, at + stride);
      sums[half][row][0] = hn::Add(hn::Load(d, at), middle);
      sums[half][row][1] = hn::Add(middle, hn::Load(d, at + 2 * stride));
    }
  }
  for (int pixel = 0; pixel < 4; pixel++) {
    const int i = pixel / 2, j = pixel % 2;
    const VF low = hn::Add(sums[0][i][j], sums[0][i + 1][j]), high = hn::Add(sums[1][i][j], sums[1][i + 1][j]);
    const float *at = gate ? gate + targets[pixel] : nullptr;
    if constexpr (kFinish == Finish::kOther) {
      FinishRow(low, high, bias0, bias1, g.epilogue, width, y + targets[pixel], at);
    } else {
      FinishWholeRow<kFinish>(low, high, bias0, bias1, y + targets[pixel], at);
    }
  }
}

// Tiles begin ..< end, counted over all images, for the output channels from `column` on.
template <Finish kFinish>
void FinishTiles(const elbo_conv_arguments &g, const elbo_conv_tiles &tiles, int64_t begin, int64_t end, int64_t column,
                 int64_t width, const float *m) {
  const int64_t vectors = 2 * static_cast<int64_t>(hn::Lanes(DF()));
  VF bias0, bias1;
  LoadBias(g.bias ? g.bias + column : nullptr, width, bias0, bias1);
  for (int64_t i = begin; i < end; i++, m += vectors) {
    const int64_t origin = i / tiles.count * g.yStride + column;
    PointsToPixels<kFinish>(g, m, kTileRows * vectors, width, bias0, bias1, tiles.targets + i % tiles.count * 4,
                            g.y + origin, g.gate ? g.gate + origin : nullptr);
  }
}

void FinishTiles(const elbo_conv_arguments &g, const elbo_conv_tiles &tiles, int64_t begin, int64_t end, int64_t column,
                 int64_t width, const float *m) {
  switch (FinishOf(g.epilogue, width, g.gate != nullptr)) {
    case Finish::kIdentity: return FinishTiles<Finish::kIdentity>(g, tiles, begin, end, column, width, m);
    case Finish::kRelu: return FinishTiles<Finish::kRelu>(g, tiles, begin, end, column, width, m);
    case Finish::kGate: return FinishTiles<Finish::kGate>(g, tiles, begin, end, column, width, m);
    case Finish::kOther: return FinishTiles<Finish::kOther>(g, tiles, begin, end, column, width, m);
  }
}

void ConvTiles(const elbo_conv_arguments &g, const elbo_conv_tiles &tiles, const float *weights, float *scratch) {
  const int64_t width = 2 * static_cast<int64_t>(hn::Lanes(DF()));
  const int64_t total = g.images * tiles.count, blocks = (total + kTileRows - 1) / kTileRows;
  float *m = scratch, *inputs = m + kPoints * kTileRows * width;
  int64_t depth[kPoints];
  for (int point = 0; point < kPoints; point++) depth[point] = TermsOf(tiles, point) * g.inChannels;
  for (int64_t block = 0; block < blocks; block++) {
    const int64_t begin = total * block / blocks, end = total * (block + 1) / blocks;
    for (int64_t i = begin; i < end; i++) {
      float *rows[kPoints], *at = inputs;
      for (int point = 0; point < kPoints; at += kTileRows * depth[point++]) rows[point] = at + (i - begin) * depth[point];
      TileToPoints(tiles, g.x + i / tiles.count * g.xStride, i % tiles.count, g.inChannels, rows);
    }
    const float *b = weights;
    for (int64_t o = 0; o < g.outChannels; o += width) {
      const float *a = inputs;
      for (int point = 0; point < kPoints; point++) {
        ForRows<kTileRows>(static_cast<int>(end - begin), [&](auto rows) HWY_ATTR {
          RunPoint(a, depth[point], b, m + point * kTileRows * width, rows);
        });
        a += kTileRows * depth[point];
        b += depth[point] * width;
      }
      FinishTiles(g, tiles, begin, end, o, std::min(width, g.outChannels - o), m);
    }
  }
}

void Winograd(const void *arguments) {
  const elbo_conv_arguments &g = *static_cast<const elbo_conv_arguments *>(arguments);
  const int64_t width = 2 * static_cast<int64_t>(hn::Lanes(DF()));
  const int64_t columns = (g.outChannels + width - 1) / width * width;
  int64_t all = 0;
  for (int32_t i = 0; i < g.tilesCount; i++) all += TermsOfAll(g.tiles[i]) * g.inChannels * columns;
  float *weights = g.scratch + elbo_conv_scratch(g.kernelPositions, g.inChannels, g.outChannels), *rest = weights + all;
  for (int32_t i = 0; i < g.tilesCount; i++) {
    if (!g.continues) WeightsToPoints(g, g.tiles[i], width, weights);
    ConvTiles(g, g.tiles[i], weights, rest);
    weights += TermsOfAll(g.tiles[i]) * g.inChannels * columns;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace elbo
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace elbo {
HWY_EXPORT(Winograd);
static void CallWinograd(const void *arguments) { HWY_DYNAMIC_DISPATCH(Winograd)(arguments); }
}  // namespace elbo

extern "C" void elbo_conv_winograd(const void *arguments) { elbo::CallWinograd(arguments); }

// Weights of all points in whole panels, and the points of the tiles and sums that one register tile holds.
extern "C" int64_t elbo_conv_winograd_scratch(const elbo_conv_tiles *tiles, int32_t count, int32_t inChannels,
                                              int32_t outChannels) {
  int64_t weights = 0, inputs = 0;
  for (int32_t i = 0; i < count; i++) {
    const int64_t depth = elbo::TermsOfAll(tiles[i]) * inChannels;
    weights += depth * ((outChannels + 31) / 32 * 32);
    inputs = std::max<int64_t>(inputs, depth * 14);
  }
  return count == 0 ? 0 : weights + inputs + elbo::kPoints * 14 * 32;
}
#endif
