// One pass over parameters, gradients and moments per update.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "optimizers.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include <cmath>

#include "math-inl.h"
#include "simd.h"

HWY_BEFORE_NAMESPACE();
namespace elbo {
namespace HWY_NAMESPACE {

// `step(value, first, second, gradient)` on every vector; buffers are padded to whole vectors.
template <class Step>
HWY_INLINE void ForEach(const elbo_update_arguments &u, VF scale, Step step) {
  const DF d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t i = 0; i < u.count; i += lanes) {
    VF value = hn::LoadU(d, u.values + i);
    VF first = hn::LoadU(d, u.first + i);
    VF second = hn::LoadU(d, u.second + i);
    step(value, first, second, hn::Mul(hn::LoadU(d, u.gradients + i), scale));
    hn::StoreU(value, d, u.values + i);
    hn::StoreU(first, d, u.first + i);
    hn::StoreU(second, d, u.second + i);
  }
}

float ClipFactor(const elbo_update_arguments &u) {
  if (!(*u.limit < HUGE_VALF)) return 1.0f;
  double total = 0;
  for (int32_t i = 0; i < u.normPartCount; i++) total += u.normParts[i * u.normPartStride];
  const double norm = std::sqrt(total);
  return norm > *u.limit ? static_cast<float>(*u.limit / norm) : 1.0f;
}

void Update(const void *arguments) {
  const elbo_update_arguments &u = *static_cast<const elbo_update_arguments *>(arguments);
  if (u.gate && !(*u.gate > 0)) return;
  const elbo_hyperparameters &h = *u.hyperparameters;
  const VF scale = K(h.gradientScale * ClipFactor(u));
  const VF beta1 = K(h.beta1), beta2 = K(h.beta2), rest1 = K(1 - h.beta1), rest2 = K(1 - h.beta2);
  const VF epsilon = K(h.epsilon), decay = K(h.weightDecay);
  const VF rate = K(h.learningRate), rate1 = K(h.learningRate * h.correction1);
  const VF root2 = K(h.correction2);
  const VF momentum = K(h.momentum);
  switch (u.optimizer) {
    case ELBO_ADAM:
    case ELBO_ADAMW: {
      const bool decoupled = u.optimizer == ELBO_ADAMW;
      const VF keep = K(decoupled ? 1 - h.learningRate * h.weightDecay : 1.0f);
      const VF added = decoupled ? K(0.0f) : decay;
      ForEach(u, scale, [&](VF &value, VF &first, VF &second, VF gradient) HWY_ATTR {
        const VF g = hn::MulAdd(added, value, gradient);
        first = hn::MulAdd(beta1, first, hn::Mul(rest1, g));
        second = hn::MulAdd(beta2, second, hn::Mul(rest2, hn::Mul(g, g)));
        const VF root = hn::Add(hn::Sqrt(hn::Mul(second, root2)), epsilon);
        value = hn::NegMulAdd(rate1, hn::Div(first, root), hn::Mul(value, keep));
      });
      break;
    }
    case ELBO_ADAMAX:
      ForEach(u, scale, [&](VF &value, VF &first, VF &second, VF gradient) HWY_ATTR {
        const VF g = hn::MulAdd(decay, value, gradient);
        first = hn::MulAdd(beta1, first, hn::Mul(rest1, g));
        second = hn::Max(hn::Mul(beta2, second), hn::Add(hn::Abs(g), epsilon));
        value = hn::NegMulAdd(rate1, hn::Div(first, second), value);
      });
      break;
    case ELBO_RMSPROP:
      ForEach(u, scale, [&](VF &value, VF &, VF &second, VF gradient) HWY_ATTR {
        const VF g = hn::MulAdd(decay, value, gradient);
        second = hn::MulAdd(beta2, second, hn::Mul(rest2, hn::Mul(g, g)));
        value = hn::NegMulAdd(rate, hn::Div(g, hn::Add(hn::Sqrt(second), epsilon)), value);
      });
      break;
    default:
      ForEach(u, scale, [&](VF &value, VF &first, VF &, VF gradient) HWY_ATTR {
        first = hn::MulAdd(momentum, first, hn::MulAdd(decay, value, gradient));
        value = hn::NegMulAdd(rate, first, value);
      });
      break;
  }
}

void ClippedSum(const void *arguments) {
  const elbo_clipped_sum_arguments &s = *static_cast<const elbo_clipped_sum_arguments *>(arguments);
  if (!(*s.limit < HUGE_VALF)) return;
  const DF d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  double total = 0;
  // Blocks of Float sums added in Double.
  for (int64_t begin = 0; begin < s.count; begin += 4096) {
    const int64_t end = HWY_MIN(begin + 4096, s.count);
    VF sum = hn::Zero(d);
    int64_t i = begin;
    for (; i + lanes <= end; i += lanes) {
      const VF x = hn::LoadU(d, s.values + i);
      sum = hn::MulAdd(x, x, sum);
    }
    total += hn::GetLane(hn::SumOfLanes(d, sum));
    for (; i < end; i++) total += static_cast<double>(s.values[i]) * s.values[i];
  }
  s.result[0] = total;
}

}  // namespace HWY_NAMESPACE
}  // namespace elbo
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace elbo {
HWY_EXPORT(Update);
HWY_EXPORT(ClippedSum);
static void CallUpdate(const void *arguments) { HWY_DYNAMIC_DISPATCH(Update)(arguments); }
static void CallClippedSum(const void *arguments) { HWY_DYNAMIC_DISPATCH(ClippedSum)(arguments); }
}  // namespace elbo

extern "C" void elbo_update(const void *arguments) { elbo::CallUpdate(arguments); }
extern "C" void elbo_clipped_sum(const void *arguments) { elbo::CallClippedSum(arguments); }
#endif
