// Philox4x32-10 on vectors: lane b holds block b. Definitions as in RandomStream.swift. Included once per target.
#if defined(ELBO_RANDOM_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef ELBO_RANDOM_INL_H
#undef ELBO_RANDOM_INL_H
#else
#define ELBO_RANDOM_INL_H
#endif

#include "math-inl.h"
#include "simd.h"

HWY_BEFORE_NAMESPACE();
namespace elbo {
namespace HWY_NAMESPACE {

// Low and high words of the 64-bit products of every lane with `m`.
HWY_INLINE void MultiplyWide(VU x, VU m, VU &low, VU &high) {
  const hn::RepartitionToWide<DU> wide;
  const auto even = hn::MulEven(x, m);
  const auto odd = hn::MulEven(hn::BitCast(DU(), hn::ShiftRight<32>(hn::BitCast(wide, x))), m);
  low = hn::OddEven(hn::BitCast(DU(), hn::ShiftLeft<32>(odd)), hn::BitCast(DU(), even));
  high = hn::OddEven(hn::BitCast(DU(), odd), hn::BitCast(DU(), hn::ShiftRight<32>(even)));
}

// Words 0…3 of blocks `first`, `first + 1`, … one per lane.
HWY_INLINE void PhiloxBlocks(const elbo_random_state *state, uint32_t purpose, uint32_t first, VU words[4]) {
  const DU d;
  VU c0 = hn::Iota(d, first);
  VU c1 = hn::Set(d, static_cast<uint32_t>(state->step));
  VU c2 = hn::Set(d, static_cast<uint32_t>(state->step >> 32));
  VU c3 = hn::Set(d, purpose);
  uint32_t k0 = static_cast<uint32_t>(state->seed);
  uint32_t k1 = static_cast<uint32_t>(state->seed >> 32);
  const VU m0 = hn::Set(d, 0xD2511F53u);
  const VU m1 = hn::Set(d, 0xCD9E8D57u);
  for (int round = 0; round < 10; round++) {
    VU low0, high0, low1, high1;
    MultiplyWide(c0, m0, low0, high0);
    MultiplyWide(c2, m1, low1, high1);
    c0 = hn::Xor(hn::Xor(high1, c1), hn::Set(d, k0));
    c2 = hn::Xor(hn::Xor(high0, c3), hn::Set(d, k1));
    c1 = low1;
    c3 = low0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  words[0] = c0;
  words[1] = c1;
  words[2] = c2;
  words[3] = c3;
}

HWY_INLINE VF UnitOf(VU word) {
  return hn::Mul(hn::ConvertTo(DF(), hn::BitCast(DI(), hn::ShiftRight<8>(word))), K(5.9604644775390625e-8f));
}

// Box–Muller on one pair of words.
HWY_INLINE void NormalPair(VU a, VU b, VF &first, VF &second) {
  const VF u = hn::Add(UnitOf(a), K(5.9604644775390625e-8f));
  const VF radius = hn::Sqrt(hn::Max(K(0.0f), hn::Mul(LogOfNormal(u), K(-2.0f))));
  VF sine, cosine;
  SinCosOfTurn(UnitOf(b), sine, cosine);
  first = hn::Mul(radius, cosine);
  second = hn::Mul(radius, sine);
}

// Elements `first ..< first + count` of a draw; writes up to 4·lanes + 3 elements more than `count`.
template <bool kNormal>
HWY_INLINE void DrawBlocks(const elbo_random_state *state, uint32_t purpose, uint32_t block, int64_t count, float *to) {
  const DF d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t done = 0; done < count; done += 4 * lanes) {
    VU words[4];
    PhiloxBlocks(state, purpose, block, words);
    VF v0, v1, v2, v3;
    if (kNormal) {
      NormalPair(words[0], words[1], v0, v1);
      NormalPair(words[2], words[3], v2, v3);
    } else {
      v0 = UnitOf(words[0]);
      v1 = UnitOf(words[1]);
      v2 = UnitOf(words[2]);
      v3 = UnitOf(words[3]);
    }
    hn::StoreInterleaved4(v0, v1, v2, v3, d, to + done);
    block += static_cast<uint32_t>(lanes);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace elbo
HWY_AFTER_NAMESPACE();

#endif
