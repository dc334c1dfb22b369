// Where data are zero. Most pixels of a digit are black, and whole tiles of a product with them add nothing: a product
// that knows where takes half the time or less. Included once per target.
#if defined(ELBO_ZEROS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef ELBO_ZEROS_INL_H
#undef ELBO_ZEROS_INL_H
#else
#define ELBO_ZEROS_INL_H
#endif

#include "math-inl.h"
#include "simd.h"

HWY_BEFORE_NAMESPACE();
namespace elbo {
namespace HWY_NAMESPACE {

// Rows of a tile that skips zeros. The fewer, the more often all are zero; fewer still would leave multipliers idle.
constexpr int64_t kSkippingRows = HWY_MAX_BYTES == 64 ? 7 : 4;

// The inner steps at which some row of a tile is not zero, for tile after tile: how many, then which.
class NonzeroSteps {
 public:
  static constexpr int64_t Size(int64_t m, int64_t k) { return (m / 4 + 1) * (k + 1); }

  NonzeroSteps(int32_t *memory, int64_t k) : memory_(memory), k_(k) {}

  int64_t Count(int64_t tile) const { return Place(tile)[-1]; }
  const int32_t *Steps(int64_t tile) const { return Place(tile); }

  // The steps of a tile whose rows follow each other at each step, `stride` further.
  void FindAcross(int64_t tile, const float *a, int64_t stride, int64_t rows) {
    const hn::CappedTag<float, 8> d;  // at least a tile's rows; what is read beyond them does not count
    const auto beyond = hn::Not(hn::FirstN(d, static_cast<size_t>(rows)));
    int32_t *steps = Place(tile);
    int64_t count = 0;
    for (int64_t p = 0; p < k_; p++) {
      const auto empty = hn::Eq(hn::LoadU(d, a + p * stride), hn::Zero(d));
      steps[count] = static_cast<int32_t>(p);
      count += hn::AllTrue(d, hn::Or(empty, beyond)) ? 0 : 1;
    }
    steps[-1] = static_cast<int32_t>(count);
  }

  // The steps of a tile whose steps follow each other in each row, `stride` further.
  void FindAlong(int64_t tile, const float *a, int64_t stride, int64_t rows) {
    const DF d;
    const hn::RebindToSigned<DF> di;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    int32_t *steps = Place(tile);
    int64_t count = 0, p = 0;
    for (; p + lanes <= k_; p += lanes) {
      auto empty = hn::Eq(hn::LoadU(d, a + p), hn::Zero(d));
      for (int64_t row = 1; row < rows; row++) {
        empty = hn::And(empty, hn::Eq(hn::LoadU(d, a + row * stride + p), hn::Zero(d)));
      }
      const auto wanted = hn::RebindMask(di, hn::Not(empty));
      // In a register first: compressed into memory it takes AMD's cores some hundred cycles.
      hn::StoreU(hn::Compress(hn::Iota(di, static_cast<int32_t>(p)), wanted), di, steps + count);
      count += static_cast<int64_t>(hn::CountTrue(di, wanted));
    }
    for (; p < k_; p++) {
      bool empty = true;
      for (int64_t row = 0; row < rows; row++) empty = empty && a[row * stride + p] == 0;
      steps[count] = static_cast<int32_t>(p);
      count += empty ? 0 : 1;
    }
    steps[-1] = static_cast<int32_t>(count);
  }

 private:
  // A tile's list; how many there are stands before it.
  int32_t *Place(int64_t tile) const { return memory_ + tile * (k_ + 1) + 1; }

  int32_t *memory_;
  int64_t k_;
};

}  // namespace HWY_NAMESPACE
}  // namespace elbo
HWY_AFTER_NAMESPACE();

#endif
