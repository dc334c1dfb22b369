// Matrix products for the small dense layers of a VAE: a batch of rows against weights that fit in L2 or L3.
//
// Register tiles run over the whole inner extent; the right operand is packed into panels two
// vectors wide where its columns are not contiguous or where enough rows share it; the left one is read as it lies,
// unless it is transposed and shared by enough panels. Where the left one is data, inner steps that are zero in a whole
// tile are skipped, and no sum changes: what they add is zero while the other operand is finite.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "gemm.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include <algorithm>

#include "pack-inl.h"
#include "simd.h"
#include "tile-inl.h"
#include "zeros-inl.h"

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
  const int32_t *steps;  // the k inner steps to take, NULL for all from 0
};

// Distances to the rows of a tile that lie `stride` apart: odd multiples, which addresses scale by 1, 2, 4 or 8. As they
// are registers of their own, no row waits for the address of the one before; with as many rows as AVX-512 has room
// for, the chain of additions that compilers make instead takes as long as the products.
struct RowDistances {
  int64_t odd[(kTileRows + 1) / 2];

  explicit RowDistances(int64_t stride) {
    for (int i = 0; i < (kTileRows + 1) / 2; i++) {
      odd[i] = (2 * i + 1) * stride;
      __asm__("" : "+r"(odd[i]));
    }
  }

  template <size_t R>
  HWY_INLINE int64_t Of() const {
    if constexpr (R == 0) {
      return 0;
    } else {
      constexpr size_t scale = R & (~R + 1);
      return odd[R / scale / 2] * static_cast<int64_t>(scale);
    }
  }
};

// R rows × 2 vectors, or 1 where no more columns are left.
template <bool kNarrow, bool kListed, size_t... R>
void RunTile(const Tile &tile, const Panel &panel, std::index_sequence<R...>) {
  const DF d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  VF low[] = {(static_cast<void>(R), hn::Zero(d))...};
  VF high[] = {(static_cast<void>(R), hn::Zero(d))...};
  const float *b = panel.b;
  const float *a = tile.a;
  const RowDistances rows(tile.rowStride);
  for (int64_t k = 0; k < tile.k; k++) {
    if constexpr (kListed) {
      a = tile.a + tile.steps[k] * tile.innerStride;
      b = panel.b + tile.steps[k] * panel.stride;
    }
    const VF b0 = hn::LoadU(d, b);
    if constexpr (kNarrow) {
      ((low[R] = hn::MulAdd(K(a[rows.Of<R>()]), b0, low[R])), ...);
    } else {
      const VF b1 = hn::LoadU(d, b + lanes);
      (Accumulate(low[R], high[R], K(a[rows.Of<R>()]), b0, b1), ...);
    }
    if constexpr (!kListed) {
      a += tile.innerStride;
      b += panel.stride;
    }
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

// Whether Aᵀ is packed: where there are panels enough to share it, and an inner extent that L1 does not hold anyway.
HWY_INLINE bool PacksLeft(const elbo_gemm_arguments &g) {
  return g.transposeA && g.n > 4 * static_cast<int64_t>(hn::Lanes(DF())) && g.k >= 64;
}

// A panel of two vectors of the widest target.
constexpr int64_t ScratchOfPanel(int64_t k) { return k * 2 * 16; }

// Tiles of rows that read B as it lies; more share a packed panel.
constexpr int64_t kUnpackedTiles = 3;

void UnpackedRows(int64_t *rows) { *rows = kUnpackedTiles * kTileRows; }

// Rows of a tile. Rows a multiple of 4 KB apart share their sets of L1, which hold fewer lines than a tile has rows.
HWY_INLINE int64_t TileRows(const elbo_gemm_arguments &g) {
  const bool collides = !g.transposeA && g.lda % 1024 == 0;
  return collides ? std::min(kTileRows, 8) : kTileRows;
}

// Rows are shared out evenly: 20 rows as 10 + 10, not 14 + 6.
struct Blocks {
  int64_t rows, count;

  Blocks(int64_t m, int64_t tallest) : rows(m), count((m + tallest - 1) / tallest) {}
  int64_t Begin(int64_t block) const { return rows * block / count; }
};

// Finds where A is zero; false where that would save too little.
bool FindZeros(const elbo_gemm_arguments &g, const Blocks &blocks, NonzeroSteps &nonzero) {
  int64_t total = 0;
  for (int64_t block = 0; block < blocks.count; block++) {
    const int64_t row = blocks.Begin(block), rows = blocks.Begin(block + 1) - row;
    if (g.transposeA) {
      nonzero.FindAcross(block, g.a + row, g.lda, rows);
    } else {
      nonzero.FindAlong(block, g.a + row * g.lda, g.lda, rows);
    }
    total += nonzero.Count(block);
  }
  return total * 4 < blocks.count * g.k * 3;
}

void RunRows(const Tile &tile, const Panel &panel, int64_t rows, bool narrow) {
  if (tile.steps) {
    ForRows<kSkippingRows>(static_cast<int>(rows), [&](auto sequence) HWY_ATTR {
      narrow ? RunTile<true, true>(tile, panel, sequence) : RunTile<false, true>(tile, panel, sequence);
    });
  } else {
    ForRows<kTileRows>(static_cast<int>(rows), [&](auto sequence) HWY_ATTR {
      narrow ? RunTile<true, false>(tile, panel, sequence) : RunTile<false, false>(tile, panel, sequence);
    });
  }
}

void Gemm(const void *arguments) {
  const elbo_gemm_arguments &g = *static_cast<const elbo_gemm_arguments *>(arguments);
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(DF()));
  Blocks blocks(g.m, TileRows(g));
  // Whether B is packed does not depend on the data: what is skipped must be known to be finite.
  const bool packsRight = !g.transposeB && blocks.count > kUnpackedTiles;
  float *left = g.scratch + ScratchOfPanel(g.k);
  NonzeroSteps nonzero(reinterpret_cast<int32_t *>(left), g.k);
  const Blocks low(g.m, kSkippingRows);
  const bool skips = g.skipsZeros && packsRight && g.n > 2 * lanes && FindZeros(g, low, nonzero);
  if (skips) blocks = low;
  const bool packsLeft = !skips && PacksLeft(g);
  for (int64_t block = 0; packsLeft && block < blocks.count; block++) {
    const int64_t row = blocks.Begin(block);
    PackLeft(g.a + row, g.lda, g.k, blocks.Begin(block + 1) - row, left + row * g.k);
  }
  for (int64_t column = 0; column < g.n; column += 2 * lanes) {
    const int64_t width = std::min(2 * lanes, g.n - column);
    const bool narrow = width <= lanes;
    const int64_t panelWidth = narrow ? lanes : 2 * lanes;
    Panel panel{g.b + column, g.ldb};
    bool isFinite = false;
    if (g.transposeB) {
      PackRows(g.b, g.ldb, g.k, column, width, panelWidth, g.scratch);
      panel = {g.scratch, panelWidth};
    } else if (packsRight) {
      isFinite = PackColumns(g.b, g.ldb, g.k, column, panelWidth, g.scratch);
      panel = {g.scratch, panelWidth};
    }
    for (int64_t block = 0; block < blocks.count; block++) {
      const int64_t row = blocks.Begin(block), rows = blocks.Begin(block + 1) - row;
      Tile tile;
      if (packsLeft) {
        tile.rowStride = 1;
        tile.innerStride = rows;
        tile.a = left + row * g.k;
      } else {
        tile.rowStride = g.transposeA ? 1 : g.lda;
        tile.innerStride = g.transposeA ? g.lda : 1;
        tile.a = g.a + row * tile.rowStride;
      }
      tile.bias = g.bias ? g.bias + column : nullptr;
      tile.gate = g.gate ? g.gate + row * g.ldc + column : nullptr;
      tile.c = g.c + row * g.ldc + column;
      tile.ldc = g.ldc;
      tile.width = width;
      tile.epilogue = g.epilogue;
      tile.steps = skips && isFinite ? nonzero.Steps(block) : nullptr;
      tile.k = tile.steps ? nonzero.Count(block) : g.k;
      RunRows(tile, panel, rows, narrow);
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
extern "C" void elbo_gemm_batch(const void *arguments) {
  const elbo_gemm_batch_arguments &batch = *static_cast<const elbo_gemm_batch_arguments *>(arguments);
  elbo_gemm_arguments one = batch.first;
  for (int64_t i = 0; i < batch.count; i++) {
    elbo::CallGemm(&one);
    one.a += batch.aStride;
    one.b += batch.bStride;
    one.c += batch.cStride;
  }
}
extern "C" int64_t elbo_gemm_unpacked_rows(void) { return elbo::CallUnpackedRows(); }
extern "C" int64_t elbo_gemm_scratch(int64_t m, int64_t k, bool transposeA, bool skipsZeros) {
  using namespace elbo::HWY_NAMESPACE;
  return ScratchOfPanel(k) + std::max(transposeA ? m * k : 0, skipsZeros ? NonzeroSteps::Size(m, k) : 0);
}
#endif
