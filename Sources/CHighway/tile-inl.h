// What the register tiles of matrix products share: their height and how their sums are finished. Sums are
// local arrays that are only indexed by constants (folds over the rows), or compilers would not keep them in registers. Included once per target.
#if defined(ELBO_TILE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef ELBO_TILE_INL_H
#undef ELBO_TILE_INL_H
#else
#define ELBO_TILE_INL_H
#endif

#include <algorithm>
#include <utility>

#include "math-inl.h"
#include "simd.h"

HWY_BEFORE_NAMESPACE();
namespace elbo {
namespace HWY_NAMESPACE {

// As many rows as leave registers for two vectors of the right operand: of 32 with AVX-512, of 16 otherwise.
constexpr int kTileRows = HWY_MAX_BYTES >= 64 ? 14 : 6;

HWY_INLINE VF Activate(VF x, int32_t epilogue) {
  switch (epilogue) {
    case ELBO_EPILOGUE_RELU: return PositivePart(x);
    case ELBO_EPILOGUE_TANH: return Tanh(x);
    case ELBO_EPILOGUE_SIGMOID: return Sigmoid(x);
    default: return x;
  }
}

HWY_INLINE void StorePart(VF x, float *to, int64_t count) {
  const DF d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  if (count >= lanes) {
    hn::StoreU(x, d, to);
  } else if (count > 0) {
    HWY_ALIGN float part[HWY_MAX_BYTES / 4];
    hn::Store(x, d, part);
    std::copy(part, part + count, to);
  }
}

HWY_INLINE void Accumulate(VF &low, VF &high, VF a, VF b0, VF b1) {
  low = hn::MulAdd(a, b0, low);
  high = hn::MulAdd(a, b1, high);
}

// Two vectors of sums added to `width` floats at `to`.
HWY_INLINE void AddRow(VF low, VF high, int64_t width, float *to) {
  const DF d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  StorePart(hn::Add(low, hn::LoadU(d, to)), to, width);
  if (width > lanes) StorePart(hn::Add(high, hn::LoadU(d, to + lanes)), to + lanes, width - lanes);
}

// Two vectors of sums, with bias and activation, to `width` floats at `to`; those are kept only where the gate, read at
// the same place beyond `gate`, is positive. Out of line: in every row of tiles of every height it takes minutes to compile.
inline HWY_NOINLINE void FinishRow(VF low, VF high, VF bias0, VF bias1, int32_t epilogue, int64_t width, float *to,
                                   const float *gate) {
  const DF d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  if (gate) {
    const VF zero = hn::Zero(d);
    low = hn::IfThenElseZero(hn::Gt(hn::LoadU(d, gate), zero), low);
    if (width > lanes) high = hn::IfThenElseZero(hn::Gt(hn::LoadU(d, gate + lanes), zero), high);
  }
  StorePart(Activate(hn::Add(low, bias0), epilogue), to, width);
  if (width > lanes) StorePart(Activate(hn::Add(high, bias1), epilogue), to + lanes, width - lanes);
}

// As FinishRow, where two whole vectors are stored and what is done to them is known. Which it is, is asked once a tile:
// asked for every row, it would take as long as a short inner extent.
enum class Finish { kIdentity, kRelu, kGate, kOther };

HWY_INLINE Finish FinishOf(int32_t epilogue, int64_t width, bool gated) {
  if (width != 2 * static_cast<int64_t>(hn::Lanes(DF()))) return Finish::kOther;
  if (epilogue == ELBO_IDENTITY) return gated ? Finish::kGate : Finish::kIdentity;
  return epilogue == ELBO_EPILOGUE_RELU && !gated ? Finish::kRelu : Finish::kOther;
}

template <Finish kFinish>
HWY_INLINE void FinishWholeRow(VF low, VF high, VF bias0, VF bias1, float *to, const float *gate) {
  const DF d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  const VF zero = hn::Zero(d);
  low = hn::Add(low, bias0);
  high = hn::Add(high, bias1);
  if constexpr (kFinish == Finish::kRelu) {
    low = PositivePart(low);
    high = PositivePart(high);
  }
  if constexpr (kFinish == Finish::kGate) {
    low = hn::IfThenElseZero(hn::Gt(hn::LoadU(d, gate), zero), low);
    high = hn::IfThenElseZero(hn::Gt(hn::LoadU(d, gate + lanes), zero), high);
  }
  hn::StoreU(low, d, to);
  hn::StoreU(high, d, to + lanes);
}

// Two vectors of a bias that may be absent or shorter.
HWY_INLINE void LoadBias(const float *bias, int64_t width, VF &low, VF &high) {
  const DF d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  low = bias ? hn::LoadU(d, bias) : hn::Zero(d);
  high = bias && width > lanes ? hn::LoadU(d, bias + lanes) : hn::Zero(d);
}

// Calls `body` with the index sequence of `rows`, 1 … R.
template <int R, class Body>
HWY_INLINE void ForRows(int rows, Body body) {
  if constexpr (R > 0) {
    if (rows == R) {
      body(std::make_index_sequence<static_cast<size_t>(R)>());
    } else {
      ForRows<R - 1>(rows, body);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace elbo
HWY_AFTER_NAMESPACE();

#endif
