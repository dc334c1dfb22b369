// Matrix products for the small dense layers of a VAE: a batch of rows against weights that fit in L2 or L3.
//
// Register tiles run over the whole inner extent; the right operand is packed into panels two
// vectors wide where its columns are not contiguous or where enough rows share it; the left one is read as it lies.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "gemm.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include <algorithm>
#include <cstring>

#include "simd.h"
#include "tile-inl.h"
#include "transpose.h"

HWY_BEFORE_NAMESPACE();
namespace elbo {
namespace HWY_NAMESPACE {

struct Panel {
  const float *b;
  int64_t stride;  // between rows of the panel
};

struct Tile {
  const float *a;
  int64_t rowStride, innerStride;  // of op(A)
  const float *bias, *gate;        // NULL for none
  float *c;
  int64_t ldc, k, width;  // width: columns to store
  int32_t epilogue;
};

// R rows × 2 vectors, or 1 where no more columns are left.
template <bool kNarrow, size_t... R>
void RunTile(const Tile &tile, const Panel &panel, std::index_sequence<R...>) {
  const DF d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  VF low[] = {(static_cast<void>(R), hn::Zero(d))...};
  VF high[] = {(static_cast<void>(R), hn::Zero(d))...};
  const float *b = panel.b;
  const float *a = tile.a;
  for (int64_t k = 0; k < tile.k; k++) {
    const VF b0 = hn::LoadU(d, b);
    if constexpr (kNarrow) {
      ((low[R] = hn::MulAdd(K(a[static_cast<int64_t>(R) * tile.rowStride]), b0, low[R])), ...);
    } else {
      const VF b1 = hn::LoadU(d, b + lanes);
      (Accumulate(low[R], high[R], K(a[static_cast<int64_t>(R) * tile.rowStride]), b0, b1), ...);
    }
    a += tile.innerStride;
    b += panel.stride;
  }
  VF bias0, bias1;
  LoadBias(tile.bias, tile.width, bias0, bias1);
  switch (FinishOf(tile.epilogue, tile.width, tile.gate != nullptr)) {
    case Finish::kIdentity:
      (FinishWholeRow<Finish::kIdentity>(low[R], high[R], bias0, bias1, tile.c + static_cast<int64_t>(R) * tile.ldc, nullptr), ...);
      break;
    case Finish::kRelu:
      (FinishWholeRow<Finish::kRelu>(low[R], high[R], bias0, bias1, tile.c + static_cast<int64_t>(R) * tile.ldc, nullptr), ...);
      break;
    case Finish::kGate:
      (FinishWholeRow<Finish::kGate>(low[R], high[R], bias0, bias1, tile.c + static_cast<int64_t>(R) * tile.ldc,
                                     tile.gate + static_cast<int64_t>(R) * tile.ldc),
       ...);
      break;
    case Finish::kOther:
      (FinishRow(low[R], high[R], bias0, bias1, tile.epilogue, tile.width, tile.c + static_cast<int64_t>(R) * tile.ldc,
                 tile.gate ? tile.gate + static_cast<int64_t>(R) * tile.ldc : nullptr),
       ...);
  }
}

// Columns begin ..< begin + width of B [K, N], padded with zeros to the panel's width.
void PackColumns(const float *b, int64_t ldb, int64_t k, int64_t begin, int64_t width, int64_t panel, float *to) {
  const DF d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t p = 0; p < k; p++, to += panel) {
    const float *from = b + p * ldb + begin;
    if (width == panel) {
      for (int64_t j = 0; j < panel; j += lanes) hn::StoreU(hn::LoadU(d, from + j), d, to + j);
    } else {
      for (int64_t j = 0; j < panel; j++) to[j] = j < width ? from[j] : 0;
    }
  }
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
void PackRows(const float *b, int64_t ldb, int64_t k, int64_t begin, int64_t width, int64_t panel, float *to) {
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

// Tiles of rows that read B as it lies; more share a packed panel.
constexpr int64_t kUnpackedTiles = 3;

void UnpackedRows(int64_t *rows) { *rows = kUnpackedTiles * kTileRows; }

// Rows of a tile. Rows a multiple of 4 KB apart share their sets of L1, which hold fewer lines than a tile has rows.
HWY_INLINE int64_t TileRows(const elbo_gemm_arguments &g) {
  const bool collides = !g.transposeA && g.lda % 1024 == 0;
  return collides ? std::min(kTileRows, 8) : kTileRows;
}

void Gemm(const void *arguments) {
  const elbo_gemm_arguments &g = *static_cast<const elbo_gemm_arguments *>(arguments);
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(DF()));
  const int64_t tallest = TileRows(g);
  const int64_t blocks = (g.m + tallest - 1) / tallest;
  for (int64_t column = 0; column < g.n; column += 2 * lanes) {
    const int64_t width = std::min(2 * lanes, g.n - column);
    const bool narrow = width <= lanes;
    const int64_t panelWidth = narrow ? lanes : 2 * lanes;
    Panel panel{g.b + column, g.ldb};
    if (g.transposeB) {
      PackRows(g.b, g.ldb, g.k, column, width, panelWidth, g.scratch);
      panel = {g.scratch, panelWidth};
    } else if (width < panelWidth || blocks > kUnpackedTiles) {
      PackColumns(g.b, g.ldb, g.k, column, width, panelWidth, g.scratch);
      panel = {g.scratch, panelWidth};
    }
    int64_t row = 0;
    for (int64_t block = 0; block < blocks; block++) {
      // Rows are shared out evenly: 20 rows as 10 + 10, not 14 + 6.
      const int64_t end = g.m * (block + 1) / blocks;
      Tile tile;
      tile.rowStride = g.transposeA ? 1 : g.lda;
      tile.innerStride = g.transposeA ? g.lda : 1;
      tile.a = g.a + row * tile.rowStride;
      tile.bias = g.bias ? g.bias + column : nullptr;
      tile.gate = g.gate ? g.gate + row * g.ldc + column : nullptr;
      tile.c = g.c + row * g.ldc + column;
      tile.ldc = g.ldc;
      tile.k = g.k;
      tile.width = width;
      tile.epilogue = g.epilogue;
      ForRows<kTileRows>(static_cast<int>(end - row),
                         [&](auto rows) HWY_ATTR {
                           if (narrow) {
                             RunTile<true>(tile, panel, rows);
                           } else {
                             RunTile<false>(tile, panel, rows);
                           }
                         });
      row = end;
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace elbo
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace elbo {
HWY_EXPORT(Gemm);
HWY_EXPORT(UnpackedRows);
static int64_t CallUnpackedRows() {
  int64_t rows;
  HWY_DYNAMIC_DISPATCH(UnpackedRows)(&rows);
  return rows;
}
static void CallGemm(const void *arguments) { HWY_DYNAMIC_DISPATCH(Gemm)(arguments); }
}  // namespace elbo

extern "C" void elbo_gemm(const void *arguments) { elbo::CallGemm(arguments); }
extern "C" int64_t elbo_gemm_unpacked_rows(void) { return elbo::CallUnpackedRows(); }
// A panel of two vectors of the widest target.
extern "C" int64_t elbo_gemm_scratch(int64_t k) { return k * 2 * 16; }
#endif
