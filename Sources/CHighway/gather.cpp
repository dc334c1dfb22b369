// Batches out of stored examples: gathered, scaled and binarised in one pass.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "gather.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include <cstring>

#include "random-inl.h"
#include "simd.h"

HWY_BEFORE_NAMESPACE();
namespace elbo {
namespace HWY_NAMESPACE {

constexpr int64_t kChunk = 256;

// x → 1 where a uniform draw is below it, for elements first ..< first + count of the draw.
void Binarize(const elbo_random_state &state, uint32_t purpose, int64_t first, float *x, int64_t count) {
  HWY_ALIGN float drawn[kChunk + 4 * 16 + 16];
  for (int64_t done = 0; done < count; done += kChunk) {
    const int64_t n = HWY_MIN(kChunk, count - done);
    const int64_t lead = (first + done) % 4;
    DrawBlocks<false>(&state, purpose, static_cast<uint32_t>((first + done) / 4), n + lead, drawn);
    for (int64_t i = 0; i < n; i++) x[done + i] = drawn[lead + i] < x[done + i] ? 1.0f : 0.0f;
  }
}

void Gather(const void *arguments) {
  const elbo_gather_arguments &g = *static_cast<const elbo_gather_arguments *>(arguments);
  const DF d;
  const hn::Rebind<uint8_t, DF> d8;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  const VF scale = K(g.scale), offset = K(g.offset);
  for (int64_t row = g.rowBegin; row < g.rowEnd; row++) {
    float *to = g.destination + row * g.width;
    const int64_t at = static_cast<int64_t>(g.indices[row]) * g.width;
    int64_t i = 0;
    if (g.bytes) {
      const uint8_t *from = g.bytes + at;
      for (; i + lanes <= g.width; i += lanes) {
        const VF x = hn::ConvertTo(d, hn::PromoteTo(DI(), hn::LoadU(d8, from + i)));
        hn::StoreU(hn::MulAdd(x, scale, offset), d, to + i);
      }
      for (; i < g.width; i++) to[i] = static_cast<float>(from[i]) * g.scale + g.offset;
    } else {
      const float *from = g.floats + at;
      for (; i + lanes <= g.width; i += lanes) hn::StoreU(hn::MulAdd(hn::LoadU(d, from + i), scale, offset), d, to + i);
      for (; i < g.width; i++) to[i] = from[i] * g.scale + g.offset;
    }
    if (g.binarize) Binarize(g.random, g.purpose, row * g.width, to, g.width);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace elbo
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace elbo {
HWY_EXPORT(Gather);
static void CallGather(const void *arguments) { HWY_DYNAMIC_DISPATCH(Gather)(arguments); }
}  // namespace elbo

extern "C" void elbo_gather(const void *arguments) { elbo::CallGather(arguments); }
#endif
