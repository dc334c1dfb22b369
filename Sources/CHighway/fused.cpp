// The fused elementwise loop: a small program of vector ops run tile by tile, so that every array is read and written
// once and everything between stays in L1.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fused.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include <cstring>

#include "fused-ops-inl.h"
#include "simd.h"

HWY_BEFORE_NAMESPACE();
namespace elbo {
namespace HWY_NAMESPACE {

constexpr int64_t kTile = ELBO_FUSED_TILE;
// Room for a last vector that goes past the tile, and for draws that begin inside a block.
constexpr int64_t kSlack = 4 * 16 + 16;

struct Frame {
  HWY_ALIGN float tiles[ELBO_FUSED_REGISTERS][kTile + kSlack];
  const float *reads[ELBO_FUSED_REGISTERS];
  // Whether the register holds the same number for the tile's whole row.
  int64_t rowLoaded[ELBO_FUSED_REGISTERS];
};

HWY_INLINE int64_t SourceRow(const elbo_fused_load &load, int64_t row) {
  if (load.rowDivide > 1) row /= load.rowDivide;
  if (load.rowModulo > 0) row %= load.rowModulo;
  return row;
}

HWY_INLINE void FillTile(float *to, float value, int64_t count) {
  const DF d;
  const VF v = K(value);
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t i = 0; i < count; i += lanes) hn::StoreU(v, d, to + i);
}

HWY_INLINE void CopyTile(float *to, const float *from, int64_t count) {
  const DF d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t i = 0; i < count; i += lanes) hn::StoreU(hn::LoadU(d, from + i), d, to + i);
}

// A piece of one row: columns column ..< column + count of row `row`.
void LoadPiece(const elbo_fused_load &load, Frame &frame, int64_t row, int64_t column, int64_t count) {
  const float *from = load.base + SourceRow(load, row) * load.rowStride;
  if (load.columnStride == 1) {
    frame.reads[load.reg] = from + column;
    return;
  }
  float *tile = frame.tiles[load.reg];
  frame.reads[load.reg] = tile;
  if (frame.rowLoaded[load.reg] == row) return;
  FillTile(tile, *from, kTile);
  frame.rowLoaded[load.reg] = row;
}

// Whole rows row ..< row + rows, `columns` each, one after another.
void LoadRows(const elbo_fused_load &load, Frame &frame, int64_t row, int64_t rows, int64_t columns) {
  float *tile = frame.tiles[load.reg];
  if (load.columnStride == 1 && load.rowStride == columns && load.rowDivide <= 1 && load.rowModulo == 0) {
    frame.reads[load.reg] = load.base + row * columns;
    return;
  }
  frame.reads[load.reg] = tile;
  if (load.rowStride == 0 && frame.rowLoaded[load.reg] >= rows) return;
  for (int64_t r = 0; r < rows; r++) {
    const float *from = load.base + SourceRow(load, row + r) * load.rowStride;
    if (load.columnStride == 1) {
      CopyTile(tile + r * columns, from, columns);
    } else {
      FillTile(tile + r * columns, *from, columns);
    }
  }
  if (load.rowStride == 0) frame.rowLoaded[load.reg] = rows;
}

float SumOf(const float *x, int64_t count) {
  const DF d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  VF sum = hn::Zero(d);
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) sum = hn::Add(sum, hn::LoadU(d, x + i));
  float total = hn::GetLane(hn::SumOfLanes(d, sum));
  for (; i < count; i++) total += x[i];
  return total;
}

float MaxOf(const float *x, int64_t count, float largest) {
  for (int64_t i = 0; i < count; i++) {
    if (x[i] > largest || x[i] != x[i]) largest = x[i];
    if (largest != largest) break;
  }
  return largest;
}

// The rows of a tile are added among themselves first: short sums added to a long one keep more digits.
void AddTileColumns(float *to, const float *x, int64_t rows, int64_t columns, bool first) {
  const DF d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  for (; i + lanes <= columns; i += lanes) {
    VF sum = hn::LoadU(d, x + i);
    for (int64_t r = 1; r < rows; r++) sum = hn::Add(sum, hn::LoadU(d, x + r * columns + i));
    hn::StoreU(first ? sum : hn::Add(hn::LoadU(d, to + i), sum), d, to + i);
  }
  for (; i < columns; i++) {
    float sum = x[i];
    for (int64_t r = 1; r < rows; r++) sum += x[r * columns + i];
    to[i] = first ? sum : to[i] + sum;
  }
}

struct Sums {
  double total[16];
  double row[16];
};

void StoreTile(const elbo_fused_arguments &args, Frame &frame, Sums &sums, int64_t row, int64_t rows, int64_t column,
               int64_t columns, bool pieces) {
  for (int32_t s = 0; s < args.storeCount; s++) {
    const elbo_fused_store &store = args.stores[s];
    const float *x = frame.reads[store.reg];
    switch (store.kind) {
      case ELBO_STORE:
        if (rows == 1 || store.rowStride == columns) {
          float *to = store.base + row * store.rowStride + column;
          if (to != x) std::memcpy(to, x, static_cast<size_t>(rows * columns) * sizeof(float));
        } else {
          for (int64_t r = 0; r < rows; r++) {
            std::memcpy(store.base + (row + r) * store.rowStride + column, x + r * columns,
                        static_cast<size_t>(columns) * sizeof(float));
          }
        }
        break;
      case ELBO_ROW_SUM:
        if (pieces) {
          sums.row[s] = SumOf(x, columns) + (column == args.columnBegin ? 0.0 : sums.row[s]);
          store.base[row] = static_cast<float>(sums.row[s]);
        } else {
          for (int64_t r = 0; r < rows; r++) store.base[row + r] = SumOf(x + r * columns, columns);
        }
        break;
      case ELBO_ROW_MAX:
        for (int64_t r = 0; r < rows; r++) {
          const bool first = !pieces || column == args.columnBegin;
          store.base[row + r] = MaxOf(x + r * columns, columns, first ? -HUGE_VALF : store.base[row + r]);
        }
        break;
      case ELBO_COLUMN_SUM: {
        const bool first = row == args.rowBegin && !args.continues;
        AddTileColumns(store.base + column, x, rows, columns, first);
        break;
      }
      case ELBO_TOTAL_SUM: sums.total[s] += SumOf(x, rows * columns); break;
    }
  }
}

// The register whose value is only stored, whole and in full vectors, is computed where it is stored.
void BindStores(const elbo_fused_arguments &args, float **writes, int64_t row, int64_t rows, int64_t column,
                int64_t columns) {
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(DF()));
  if ((rows * columns) % lanes != 0) return;
  for (int32_t s = 0; s < args.storeCount; s++) {
    const elbo_fused_store &store = args.stores[s];
    if (store.kind != ELBO_STORE || !(rows == 1 || store.rowStride == columns)) continue;
    writes[store.reg] = store.base + row * store.rowStride + column;
  }
}

void RunTile(const elbo_fused_arguments &args, Frame &frame, Sums &sums, int64_t row, int64_t rows, int64_t column,
             int64_t columns, bool pieces) {
  const int64_t count = rows * columns;
  for (int32_t l = 0; l < args.loadCount; l++) {
    if (pieces) {
      LoadPiece(args.loads[l], frame, row, column, columns);
    } else {
      LoadRows(args.loads[l], frame, row, rows, columns);
    }
  }
  float *writes[ELBO_FUSED_REGISTERS];
  for (int32_t r = 0; r < args.registerCount; r++) writes[r] = frame.tiles[r];
  BindStores(args, writes, row, rows, column, columns);
  const int64_t element = row * args.columns + column;
  for (int32_t i = 0; i < args.opCount; i++) {
    const elbo_fused_op &op = args.ops[i];
    RunOp(op, args.randoms, writes, frame.reads, element, count);
  }
  StoreTile(args, frame, sums, row, rows, column, columns, pieces);
}

void Fused(const void *arguments) {
  const elbo_fused_arguments &args = *static_cast<const elbo_fused_arguments *>(arguments);
  if (args.rowBegin >= args.rowEnd) {
    if (args.continues) return;
    // Sums over no rows are zero; nothing else has anything to do.
    for (int32_t s = 0; s < args.storeCount; s++) {
      const elbo_fused_store &store = args.stores[s];
      if (store.kind == ELBO_TOTAL_SUM) store.base[0] = 0;
      if (store.kind == ELBO_COLUMN_SUM) std::memset(store.base, 0, static_cast<size_t>(args.columns) * sizeof(float));
    }
    return;
  }
  Frame frame;
  Sums sums;
  for (int32_t s = 0; s < args.storeCount; s++) sums.total[s] = 0;
  for (int32_t r = 0; r < ELBO_FUSED_REGISTERS; r++) frame.rowLoaded[r] = -1;
  const int64_t columns = args.columnEnd - args.columnBegin;
  if (columns == args.columns && columns * 2 <= kTile) {
    // Several short rows a tile; a multiple of 16 elements where that is possible, so that vectors are full.
    int64_t rows = kTile / columns;
    while (rows > 1 && (rows * columns) % 16 != 0 && rows > kTile / columns / 2) rows--;
    if ((rows * columns) % 16 != 0) rows = kTile / columns;
    for (int64_t row = args.rowBegin; row < args.rowEnd; row += rows) {
      RunTile(args, frame, sums, row, HWY_MIN(rows, args.rowEnd - row), 0, columns, false);
    }
  } else {
    for (int64_t row = args.rowBegin; row < args.rowEnd; row++) {
      for (int64_t column = args.columnBegin; column < args.columnEnd; column += kTile) {
        RunTile(args, frame, sums, row, 1, column, HWY_MIN(kTile, args.columnEnd - column), true);
      }
    }
  }
  for (int32_t s = 0; s < args.storeCount; s++) {
    if (args.stores[s].kind != ELBO_TOTAL_SUM) continue;
    args.stores[s].base[0] = static_cast<float>(sums.total[s] + (args.continues ? args.stores[s].base[0] : 0.0f));
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace elbo
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace elbo {
HWY_EXPORT(Fused);
static void CallFused(const void *arguments) { HWY_DYNAMIC_DISPATCH(Fused)(arguments); }
}
extern "C" void elbo_fused(const void *arguments) { elbo::CallFused(arguments); }
#endif
