// Gradients of convolution weights over tiles of 2×2 output pixels, the transpose of winograd-inl.h: the points of the
// inputs times those of the outputs' gradients (along one axis y₀, y₀ + y₁, y₁), summed over tiles; then w₀ takes m₀ + m₁,
// w₁ takes m₁ + m₂, and a single kernel position m₀ + m₂.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "winograd-gradient.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include <algorithm>

#include "simd.h"
#include "tile-inl.h"
#include "winograd-inl.h"

#ifndef ELBO_TILE_BLOCK
#define ELBO_TILE_BLOCK
namespace elbo {
// Tiles taken at a time: so many that the points of their inputs stay in the second-level cache, `depth` floats a tile.
inline int64_t TileBlock(int64_t depth) { return std::clamp<int64_t>(65536 / depth, 16, 128); }

// Floats from tile to tile of a point: whole cache lines, an odd number of them, so that neighbors fall into different
// sets of the cache.
inline int64_t PointStride(int64_t depth) { return ((depth + 15) / 16 | 1) * 16; }
}  // namespace elbo
#endif

HWY_BEFORE_NAMESPACE();
namespace elbo {
namespace HWY_NAMESPACE {

// Rows of channels × 2 vectors of output channels at one point, summed over tiles and added to `sums`.
template <size_t... R>
void RunPointWeights(const float *a, int64_t aStride, const float *b, int64_t bStride, int64_t count, float *sums,
                     int64_t width, int64_t outChannels, std::index_sequence<R...>) {
  const DF d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  VF low[] = {(static_cast<void>(R), hn::Zero(d))...};
  VF high[] = {(static_cast<void>(R), hn::Zero(d))...};
  for (int64_t i = 0; i < count; i++, a += aStride, b += bStride) {
    const VF b0 = hn::LoadU(d, b), b1 = hn::LoadU(d, b + lanes);
    (Accumulate(low[R], high[R], K(a[R]), b0, b1), ...);
  }
  (AddRow(low[R], high[R], width, sums + static_cast<int64_t>(R) * outChannels), ...);
}

// The gradients of a tile's outputs to points, `stride` floats apart, padded with zeros to `columns` channels.
HWY_INLINE void OutputsToPoints(const float *y, const int32_t *targets, int64_t outChannels, int64_t columns,
                                int64_t stride, float *to) {
  const DF d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t o = 0; o < columns; o += lanes) {
    VF pixels[4];
    for (int i = 0; i < 4; i++) {
      const float *from = y + targets[i] + o;
      if (o + lanes <= outChannels) {
        pixels[i] = hn::LoadU(d, from);
      } else {
        HWY_ALIGN float part[HWY_MAX_BYTES / 4] = {};
        for (int64_t c = o; c < outChannels; c++) part[c - o] = from[c - o];
        pixels[i] = hn::Load(d, part);
      }
    }
    const VF rows[3][2] = {{pixels[0], pixels[1]},
                           {hn::Add(pixels[0], pixels[2]), hn::Add(pixels[1], pixels[3])},
                           {pixels[2], pixels[3]}};
    for (int row = 0; row < 3; row++) {
      float *at = to + 3 * row * stride + o;
      hn::StoreU(rows[row][0], d, at);
      hn::StoreU(hn::Add(rows[row][0], rows[row][1]), d, at + stride);
      hn::StoreU(rows[row][1], d, at + 2 * stride);
    }
  }
}

// The sums of the points [point][term, channel][outChannels] to the weights' gradients, added to those where `adds`.
void PointsToWeights(const elbo_conv_weight_arguments &g, const float *sums, bool adds) {
  const elbo_conv_tiles &tiles = *g.tiles;
  const float *rows[kPoints];
  for (int point = 0; point < kPoints; point++) {
    rows[point] = sums;
    sums += TermsOf(tiles, point) * g.inChannels * g.outChannels;
  }
  for (int32_t t = 0; t < tiles.termCount; t++) {
    const elbo_conv_term &term = tiles.terms[t];
    for (int32_t i = 0; i < term.rows; i++) {
      for (int32_t j = 0; j < term.columns; j++) {
        // The two points of each axis that the position takes.
        const int r0 = term.rows == 2 ? i : 0, r1 = term.rows == 2 ? i + 1 : 2;
        const int c0 = term.columns == 2 ? j : 0, c1 = term.columns == 2 ? j + 1 : 2;
        const float *a = rows[3 * r0 + c0], *b = rows[3 * r0 + c1], *c = rows[3 * r1 + c0], *e = rows[3 * r1 + c1];
        for (int64_t in = 0, k = 0; in < g.inChannels; in++) {
          float *to = g.weights + term.taps[2 * i + j] + in * g.inStride;
          for (int64_t o = 0; o < g.outChannels; o++, k++) {
            const float sum = (a[k] + b[k]) + (c[k] + e[k]);
            to[o * g.outStride] = adds ? to[o * g.outStride] + sum : sum;
          }
        }
      }
    }
    for (int point = 0; point < kPoints; point++) {
      if (AddsTo(term, point)) rows[point] += g.inChannels * static_cast<int64_t>(g.outChannels);
    }
  }
}

void WinogradWeight(const void *arguments) {
  const elbo_conv_weight_arguments &g = *static_cast<const elbo_conv_weight_arguments *>(arguments);
  const elbo_conv_tiles &tiles = *g.tiles;
  const int64_t width = 2 * static_cast<int64_t>(hn::Lanes(DF()));
  const int64_t columns = (g.outChannels + width - 1) / width * width, bStride = PointStride(columns);
  const int64_t all = TermsOfAll(tiles) * g.inChannels, block = TileBlock(all), total = g.images * tiles.count;
  float *sums = g.scratch + elbo_conv_weight_scratch(g.kernelPositions, g.inChannels, g.outChannels);
  float *outputs = sums + (all * g.outChannels + 47) / 16 * 16;
  float *inputs = outputs + kPoints * block * bStride;
  if (!g.continues) std::fill(sums, sums + all * g.outChannels, 0.0f);
  int64_t depth[kPoints], stride[kPoints];
  for (int point = 0; point < kPoints; point++) {
    depth[point] = TermsOf(tiles, point) * g.inChannels;
    stride[point] = PointStride(depth[point]);
  }
  for (int64_t first = 0; first < total; first += block) {
    const int64_t count = std::min(block, total - first);
    for (int64_t i = 0; i < count; i++) {
      const int64_t image = (first + i) / tiles.count, tile = (first + i) % tiles.count;
      float *rows[kPoints], *at = inputs;
      for (int point = 0; point < kPoints; at += block * stride[point++]) rows[point] = at + i * stride[point];
      TileToPoints(tiles, g.x + image * g.xStride, tile, g.inChannels, rows);
      OutputsToPoints(g.y + image * g.yStride, tiles.targets + 4 * tile, g.outChannels, columns, block * bStride,
                      outputs + i * bStride);
    }
    const float *a = inputs;
    float *to = sums;
    for (int point = 0; point < kPoints; point++) {
      const int64_t rowTiles = (depth[point] + kTileRows - 1) / kTileRows;
      for (int64_t o = 0; o < g.outChannels; o += width) {
        for (int64_t tile = 0; tile < rowTiles; tile++) {
          const int64_t begin = depth[point] * tile / rowTiles, end = depth[point] * (tile + 1) / rowTiles;
          ForRows<kTileRows>(static_cast<int>(end - begin), [&](auto rows) HWY_ATTR {
            RunPointWeights(a + begin, stride[point], outputs + point * block * bStride + o, bStride, count,
                            to + begin * g.outChannels + o, std::min(width, g.outChannels - o), g.outChannels, rows);
          });
        }
      }
      a += block * stride[point];
      to += depth[point] * g.outChannels;
    }
  }
  if (!g.unfinished) PointsToWeights(g, sums, g.group != nullptr);
}

}  // namespace HWY_NAMESPACE
}  // namespace elbo
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace elbo {
HWY_EXPORT(WinogradWeight);
static void CallWinogradWeight(const void *arguments) { HWY_DYNAMIC_DISPATCH(WinogradWeight)(arguments); }
}  // namespace elbo

extern "C" void elbo_conv_winograd_weight(const void *arguments) { elbo::CallWinogradWeight(arguments); }

// The sums, with room for a vector read beyond the last, and the points of the outputs and inputs of a block of tiles.
extern "C" int64_t elbo_conv_winograd_weight_scratch(const elbo_conv_tiles *tiles, int32_t inChannels,
                                                     int32_t outChannels) {
  const int64_t all = elbo::TermsOfAll(*tiles) * inChannels, block = elbo::TileBlock(all);
  int64_t inputs = 0;
  for (int point = 0; point < elbo::kPoints; point++) {
    inputs += elbo::PointStride(elbo::TermsOf(*tiles, point) * inChannels);
  }
  const int64_t outputs = elbo::kPoints * elbo::PointStride((outChannels + 31) / 32 * 32);
  return (all * outChannels + 47) / 16 * 16 + block * (inputs + outputs);
}
#endif
