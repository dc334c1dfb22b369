// Batches out of stored examples: gathered, scaled and binarized in one pass.
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

// x ← change(x, draw) for elements first ..< first + count of the draw.
template <bool kNormal, class Change>
void Drawn(const elbo_random_state &state, uint32_t purpose, int64_t first, float *x, int64_t count, Change change) {
  HWY_ALIGN float drawn[kChunk + 4 * 16 + 16];
  for (int64_t done = 0; done < count; done += kChunk) {
    const int64_t n = HWY_MIN(kChunk, count - done);
    const int64_t lead = (first + done) % 4;
    DrawBlocks<kNormal>(&state, purpose, static_cast<uint32_t>((first + done) / 4), n + lead, drawn);
    for (int64_t i = 0; i < n; i++) x[done + i] = change(x[done + i], drawn[lead + i]);
  }
}

// x → 1 where a uniform draw is below it.
void Binarize(const elbo_random_state &state, uint32_t purpose, int64_t first, float *x, int64_t count) {
  Drawn<false>(state, purpose, first, x, count, [](float x, float u) { return u < x ? 1.0f : 0.0f; });
}

void Perturb(const void *arguments) {
  const elbo_perturb_arguments &p = *static_cast<const elbo_perturb_arguments *>(arguments);
  const float amount = p.amount, half = p.amount / 2;
  switch (p.kind) {
    case ELBO_PERTURB_BINARIZE: return Binarize(p.random, p.purpose, p.first, p.values, p.count);
    case ELBO_PERTURB_GAUSSIAN:
      return Drawn<true>(p.random, p.purpose, p.first, p.values, p.count,
                         [amount](float x, float n) { return x + amount * n; });
    case ELBO_PERTURB_MASK:
      return Drawn<false>(p.random, p.purpose, p.first, p.values, p.count,
                          [amount](float x, float u) { return u < amount ? 0.0f : x; });
    case ELBO_PERTURB_SALT_AND_PEPPER:
      return Drawn<false>(p.random, p.purpose, p.first, p.values, p.count,
                          [amount, half](float x, float u) { return u < amount ? (u < half ? 0.0f : 1.0f) : x; });
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
    const int64_t example = g.view ? g.view[g.indices[row]] : g.indices[row];
    const int64_t at = example * g.width;
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
    if (g.binarize) Binarize(g.random, g.purpose, (g.firstRow + row) * g.width, to, g.width);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace elbo
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace elbo {
HWY_EXPORT(Gather);
HWY_EXPORT(Perturb);
static void CallGather(const void *arguments) { HWY_DYNAMIC_DISPATCH(Gather)(arguments); }
static void CallPerturb(const void *arguments) { HWY_DYNAMIC_DISPATCH(Perturb)(arguments); }
}  // namespace elbo

extern "C" void elbo_gather(const void *arguments) { elbo::CallGather(arguments); }
extern "C" void elbo_perturb(const void *arguments) { elbo::CallPerturb(arguments); }
#endif
