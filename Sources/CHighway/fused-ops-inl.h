// The ops of a fused loop on one tile. Included once per target.
#if defined(ELBO_FUSED_OPS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef ELBO_FUSED_OPS_INL_H
#undef ELBO_FUSED_OPS_INL_H
#else
#define ELBO_FUSED_OPS_INL_H
#endif

#include "bessel-inl.h"
#include "hwy/contrib/math/math-inl.h"
#include "math-inl.h"
#include "random-inl.h"
#include "simd.h"
#include "special-inl.h"

HWY_BEFORE_NAMESPACE();
namespace elbo {
namespace HWY_NAMESPACE {

template <class F>
HWY_INLINE void Map(float *to, const float *a, int64_t count, F f) {
  const DF d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t i = 0; i < count; i += lanes) hn::StoreU(f(hn::LoadU(d, a + i)), d, to + i);
}

template <class F>
HWY_INLINE void Map(float *to, const float *a, const float *b, int64_t count, F f) {
  const DF d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t i = 0; i < count; i += lanes) hn::StoreU(f(hn::LoadU(d, a + i), hn::LoadU(d, b + i)), d, to + i);
}

template <class F>
HWY_INLINE void Map(float *to, const float *a, const float *b, const float *c, int64_t count, F f) {
  const DF d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t i = 0; i < count; i += lanes) {
    hn::StoreU(f(hn::LoadU(d, a + i), hn::LoadU(d, b + i), hn::LoadU(d, c + i)), d, to + i);
  }
}

HWY_INLINE VF OneWhere(hn::Mask<DF> mask) { return hn::IfThenElseZero(mask, K(1.0f)); }
// Keeps a NaN in either operand.
HWY_INLINE VF OrNaN(VF result, VF a, VF b) {
  return hn::IfThenElse(hn::And(hn::Eq(a, a), hn::Eq(b, b)), result, hn::Add(a, b));
}

// Value max(x, 0) − x·t + log1p(e^−|x|) and slope σ(x) − t, from one exponential.
HWY_NOINLINE void Bce(float *value, float *slope, const float *logit, const float *target, int64_t count) {
  const DF d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t i = 0; i < count; i += lanes) {
    const VF x = hn::LoadU(d, logit + i);
    const VF t = hn::LoadU(d, target + i);
    const VF e = ExpOfNegative(hn::Neg(hn::Abs(x)));
    const VF r = hn::Div(K(1.0f), hn::Add(e, K(1.0f)));
    const VF softplus = hn::Add(PositivePart(x), Log1pOfUnit(e, r));
    hn::StoreU(hn::NegMulAdd(x, t, softplus), d, value + i);
    if (slope) {
      const VF sigmoid = hn::IfThenElse(hn::Lt(x, K(0.0f)), hn::Mul(e, r), r);
      hn::StoreU(hn::Sub(sigmoid, t), d, slope + i);
    }
  }
}

template <bool kNormal>
HWY_NOINLINE void DrawRun(const elbo_fused_random &random, float *to, int64_t element, int64_t count) {
  const int64_t lead = element % 4;
  const uint32_t block = static_cast<uint32_t>(element / 4);
  HWY_ALIGN float drawn[ELBO_FUSED_TILE + 4 * 16 + 16];
  DrawBlocks<kNormal>(&random.state->stream, random.purpose, block, count + lead, drawn);
  for (int64_t i = 0; i < count; i++) to[i] = drawn[i + lead];
}

// Elements of the program's own array, each keyed by its row in the global batch.
template <bool kNormal>
HWY_NOINLINE void Draw(const elbo_fused_random &random, float *to, int64_t element, int64_t count) {
  const int64_t globalRows = random.state->globalRows;
  if (globalRows == 0 || random.rows == 0) return DrawRun<kNormal>(random, to, element, count);
  const int64_t batch = random.rows * random.rowElements;
  for (int64_t done = 0; done < count;) {
    const int64_t outer = (element + done) / batch, inner = (element + done) % batch;
    const int64_t run = HWY_MIN(count - done, batch - inner);
    const int64_t global = (outer * globalRows + random.state->firstRow) * random.rowElements + inner;
    DrawRun<kNormal>(random, to + done, global, run);
    done += run;
  }
}

#define ELBO_UNARY(NAME, ...) \
  case ELBO_##NAME: Map(to, a, count, [&](VF x) HWY_ATTR { return __VA_ARGS__; }); break;
#define ELBO_BINARY(NAME, ...) \
  case ELBO_##NAME: Map(to, a, b, count, [&](VF x, VF y) HWY_ATTR { return __VA_ARGS__; }); break;

// An opcode without a case does not compile.
#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wswitch"

HWY_NOINLINE void RunOp(const elbo_fused_op &op, const elbo_fused_random *randoms, float *const *writes,
                        const float **reads, int64_t element, int64_t count) {
  float *to = writes[op.dst];
  const float *a = reads[op.a];
  const float *b = reads[op.b];
  const float *c = reads[op.c];
  const VF immediate = K(op.immediate);
  reads[op.dst] = to;
  const DF d;
  switch (static_cast<elbo_fused_opcode>(op.opcode)) {
    ELBO_UNARY_OPS(ELBO_UNARY)
    ELBO_BINARY_OPS(ELBO_BINARY)
    ELBO_IMMEDIATE_OPS(ELBO_UNARY)
    case ELBO_CONSTANT:
      for (int64_t i = 0; i < count; i += static_cast<int64_t>(hn::Lanes(d))) hn::StoreU(immediate, d, to + i);
      break;
    case ELBO_MULTIPLY_ADD:
      Map(to, a, b, c, count, [](VF x, VF y, VF z) HWY_ATTR { return hn::MulAdd(x, y, z); });
      break;
    case ELBO_SELECT:
      // NaN ≠ 0 holds; Highway's Ne is ordered on some CPUs, Eq is on all.
      Map(to, a, b, c, count, [](VF x, VF y, VF z) HWY_ATTR { return hn::IfThenElse(hn::Eq(x, K(0.0f)), z, y); });
      break;
    case ELBO_BCE: Bce(to, nullptr, a, b, count); break;
    case ELBO_BCE_BOTH:
      Bce(to, writes[op.c], a, b, count);
      reads[op.c] = writes[op.c];
      break;
    case ELBO_NORMAL: Draw<true>(randoms[op.a], to, element, count); break;
    case ELBO_UNIFORM: Draw<false>(randoms[op.a], to, element, count); break;
  }
}

#pragma GCC diagnostic pop

#undef ELBO_UNARY
#undef ELBO_BINARY

}  // namespace HWY_NAMESPACE
}  // namespace elbo
HWY_AFTER_NAMESPACE();

#endif
