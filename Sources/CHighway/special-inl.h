// Special functions on vectors, computed in double and rounded once: within 0.7 ulp (SpecialFunctionTests). Included once
// per target.
#if defined(ELBO_SPECIAL_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef ELBO_SPECIAL_INL_H
#undef ELBO_SPECIAL_INL_H
#else
#define ELBO_SPECIAL_INL_H
#endif

#include <cmath>

#include "hwy/contrib/math/math-inl.h"
#include "math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace elbo {
namespace HWY_NAMESPACE {

using DD = hn::RepartitionToWide<DF>;
using VD = hn::Vec<DD>;
using MD = hn::Mask<DD>;

HWY_INLINE VD D(double value) { return hn::Set(DD(), value); }

// f of doubles, on floats.
template <class F>
HWY_INLINE VF InDouble(VF x, F f) {
  const DD d;
  const hn::Half<DF> half;
  const VD low = f(hn::PromoteTo(d, hn::LowerHalf(half, x)));
  const VD high = f(hn::PromoteTo(d, hn::UpperHalf(half, x)));
  return hn::Combine(DF(), hn::DemoteTo(half, high), hn::DemoteTo(half, low));
}

template <class F>
HWY_INLINE VF InDouble(VF x, VF y, F f) {
  const DD d;
  const hn::Half<DF> half;
  const VD low = f(hn::PromoteTo(d, hn::LowerHalf(half, x)), hn::PromoteTo(d, hn::LowerHalf(half, y)));
  const VD high = f(hn::PromoteTo(d, hn::UpperHalf(half, x)), hn::PromoteTo(d, hn::UpperHalf(half, y)));
  return hn::Combine(DF(), hn::DemoteTo(half, high), hn::DemoteTo(half, low));
}

// A polynomial from its highest coefficient on.
template <size_t N>
HWY_INLINE VD Polynomial(VD x, const double (&c)[N]) {
  VD p = D(c[0]);
  for (size_t i = 1; i < N; i++) p = hn::MulAdd(p, x, D(c[i]));
  return p;
}

// `result` where x > 0, `atZero` where x = 0, NaN where x < 0 or x is NaN.
HWY_INLINE VD OfPositive(VD x, VD result, double atZero) {
  const VD others = hn::IfThenElse(hn::Eq(x, D(0)), D(atZero), hn::NaN(DD()));
  return hn::IfThenElse(hn::Gt(x, D(0)), result, others);
}

// Tables by Tests/GraphsTests/Fixtures/make-special-functions.py.

// log Γ(2 + u) / (u (u + 1)) on [−1, 1].
constexpr double kLogGamma[] = {
    -1.0720306768374289065e-8, 2.2205818811586362897e-8, 1.8265018577346550846e-8,
    -3.7574081286774823272e-8, -9.1497330611184580202e-8, 1.9041198845922130285e-7,
    -1.4236105253537718015e-7, 3.0183958912709561431e-7, -8.8559516863263244507e-7,
    1.8755509317635745326e-6, -3.8331162876468820925e-6, 8.1928287655841968944e-6,
    -0.000017665709404383974469, 0.000038177223805450981453, -0.00008309440541585383727,
    0.00018255114930835726773, -0.0004057074731484343005, 0.0009153770785665487377,
    -0.0021081308298725060018, 0.0049986411562590311109, -0.012384192193457294674,
    0.032965000621333581843, -0.10031730167435362224, 0.42278433509846652168,
};
// ψ(1.5 + u) / (1.5 + u − x₀) on [−½, ½], x₀ the zero of ψ in two parts.
constexpr double kDigamma[] = {
    -0.00078043325179898850239, 0.0011706834952207524981, -0.0008781219829897607664,
    0.0013173558947715282313, -0.0023880239265417043548, 0.0035831415407096691659,
    -0.0052734591080944234505, 0.0079171858947308501314, -0.011908792188745274679,
    0.017908113729267647318, -0.026975768494932717519, 0.040760791420170638913,
    -0.061922133966550741701, 0.094988725495181313502, -0.14840492304738047148,
    0.24054248423098153872, -0.42362742128147059088, 0.95105587603184802185,
};
constexpr double kDigammaZero = 1.4616321449683622, kDigammaZeroRest = 9.549995429965697e-17;
// B₂ₖ / (2k (2k − 1)), B₂ₖ / 2k and B₂ₖ of the asymptotic series (Abramowitz & Stegun 6.1.40, 6.3.18, 6.4.11); from 8 on
// what is left out is below 1e-15.
constexpr double kStirling[] = {
    0.0064102564102564102564, -0.0019175269175269175269, 0.00084175084175084175084,
    -0.0005952380952380952381, 0.00079365079365079365079, -0.0027777777777777777778,
    0.083333333333333333333,
};
constexpr double kDigammaTail[] = {
    -0.44325980392156862745, 0.083333333333333333333, -0.021092796092796092796,
    0.0075757575757575757576, -0.0041666666666666666667, 0.003968253968253968254,
    -0.0083333333333333333333, 0.083333333333333333333,
};
constexpr double kTrigammaTail[] = {
    -7.0921568627450980392, 1.1666666666666666667, -0.25311355311355311355,
    0.075757575757575757576, -0.033333333333333333333, 0.023809523809523809524,
    -0.033333333333333333333, 0.16666666666666666667,
};

// log Γ(x) = (x − ½) log x − x + ½ log 2π + tail.
HWY_INLINE VD StirlingTail(VD reciprocal) {
  return hn::Mul(Polynomial(hn::Mul(reciprocal, reciprocal), kStirling), reciprocal);
}

// Below 3 by a polynomial that has the zeros at 1 and 2 as factors; below 8 by log Γ(x + 5) − log(x (x + 1) … (x + 4)).
HWY_INLINE VD LogGammaOf(VD x) {
  const DD d;
  const MD isNear = hn::Lt(x, D(3)), isBelow = hn::Lt(x, D(1)), isMiddle = hn::Lt(x, D(8));
  const VD u = hn::Sub(hn::IfThenElse(isBelow, hn::Add(x, D(1)), x), D(2));
  const VD polynomial = hn::Mul(hn::Mul(hn::Add(u, D(1)), u), Polynomial(u, kLogGamma));
  VD product = x;
  for (int i = 1; i < 5; i++) product = hn::Mul(product, hn::Add(x, D(i)));
  const VD y = hn::IfThenElse(isMiddle, hn::Add(x, D(5)), x);
  const VD log = hn::Log(d, hn::IfThenElse(isNear, x, y));
  const VD logProduct = hn::Log(d, hn::IfThenElse(isMiddle, product, D(1)));
  const VD nearResult = hn::Sub(polynomial, hn::IfThenElseZero(isBelow, log));
  const VD series = hn::Add(StirlingTail(hn::Div(D(1), y)), D(0.91893853320467274178 - 0.5));
  const VD far = hn::Sub(hn::MulAdd(hn::Sub(y, D(0.5)), hn::Sub(log, D(1)), series), logProduct);
  const VD result = hn::IfThenElse(isNear, nearResult, far);
  return OfPositive(x, hn::IfThenElse(hn::Eq(x, hn::Inf(d)), x, result), HUGE_VAL);
}

// Below 8 by ψ(x + 8) − Σ 1 / (x + i), the sum as one quotient; around its zero by a polynomial with that as a factor.
HWY_INLINE VD DigammaOf(VD x) {
  const DD d;
  const MD isLow = hn::Lt(x, D(8));
  VD numerator = D(0), denominator = D(1);
  for (int i = 0; i < 8; i++) {
    const VD t = hn::Add(x, D(i));
    numerator = hn::MulAdd(numerator, t, denominator);
    denominator = hn::Mul(denominator, t);
  }
  const VD y = hn::IfThenElse(isLow, hn::Add(x, D(8)), x);
  const VD r = hn::Div(D(1), y), w = hn::Mul(r, r);
  const VD series = hn::NegMulAdd(w, Polynomial(w, kDigammaTail), hn::NegMulAdd(r, D(0.5), hn::Log(d, y)));
  const VD far = hn::Sub(series, hn::IfThenElseZero(isLow, hn::Div(numerator, denominator)));
  const VD distance = hn::Sub(hn::Sub(x, D(kDigammaZero)), D(kDigammaZeroRest));
  const VD nearResult = hn::Mul(distance, Polynomial(hn::Sub(x, D(1.5)), kDigamma));
  const MD isNear = hn::And(hn::Ge(x, D(1)), hn::Le(x, D(2)));
  const VD result = hn::IfThenElse(isNear, nearResult, far);
  return OfPositive(x, hn::IfThenElse(hn::Eq(x, hn::Inf(d)), x, result), -HUGE_VAL);
}

HWY_INLINE VD TrigammaOf(VD x) {
  const MD isLow = hn::Lt(x, D(8));
  VD numerator = D(0), denominator = D(1);
  for (int i = 0; i < 8; i++) {
    const VD t = hn::Add(x, D(i)), square = hn::Mul(t, t);
    numerator = hn::MulAdd(numerator, square, denominator);
    denominator = hn::Mul(denominator, square);
  }
  const VD y = hn::IfThenElse(isLow, hn::Add(x, D(8)), x);
  const VD r = hn::Div(D(1), y), w = hn::Mul(r, r);
  const VD series = hn::MulAdd(hn::Mul(r, w), Polynomial(w, kTrigammaTail), hn::MulAdd(w, D(0.5), r));
  return OfPositive(x, hn::Add(series, hn::IfThenElseZero(isLow, hn::Div(numerator, denominator))), HUGE_VAL);
}

// log Γ(a + n) − log Γ(a) without its cancellation: by the difference of two Stirling series, above 8, and the logarithm
// of Π (a + n + i) / (a + i) below; by two terms of its Taylor series where n is below a millionth of a.
HWY_INLINE VD LogRisingOf(VD a, VD n) {
  const DD d;
  const MD isLow = hn::Lt(a, D(8));
  VD first = D(1), second = D(1);
  for (int i = 0; i < 4; i++) {
    const VD low = hn::Add(a, D(i)), high = hn::Add(a, D(i + 4));
    first = hn::Mul(first, hn::Div(hn::Add(low, n), low));
    second = hn::Mul(second, hn::Div(hn::Add(high, n), high));
  }
  const VD y = hn::IfThenElse(isLow, hn::Add(a, D(8)), a), z = hn::Add(y, n);
  const VD quotient = hn::Div(n, y);
  const VD tails = hn::Sub(StirlingTail(hn::Div(D(1), z)), StirlingTail(hn::Div(D(1), y)));
  VD result = hn::MulAdd(n, hn::Sub(hn::Log(d, z), D(1)), tails);
  result = hn::MulAdd(hn::Sub(y, D(0.5)), hn::Log1p(d, quotient), result);
  const VD logs = hn::Add(hn::Log(d, hn::IfThenElse(isLow, first, D(1))), hn::Log(d, hn::IfThenElse(isLow, second, D(1))));
  result = hn::Sub(result, logs);
  const VD taylor = hn::Mul(n, hn::MulAdd(hn::Mul(n, D(0.5)), TrigammaOf(a), DigammaOf(a)));
  result = hn::IfThenElse(hn::Lt(n, hn::Mul(a, D(1e-6))), taylor, result);
  result = OfPositive(a, result, -HUGE_VAL);
  result = hn::IfThenElse(hn::Eq(n, D(0)), hn::IfThenElse(hn::Ge(a, D(0)), D(0), hn::NaN(d)), result);
  return hn::IfThenElse(hn::Ge(n, D(0)), result, hn::NaN(d));
}

// ψ(a + n) − ψ(a), every term of it with n as a factor.
HWY_INLINE VD DigammaDifferenceOf(VD a, VD n) {
  const DD d;
  const MD isLow = hn::Lt(a, D(8));
  VD sum = D(0);
  for (int i = 0; i < 8; i++) {
    const VD t = hn::Add(a, D(i));
    sum = hn::Add(sum, hn::Div(hn::Div(n, t), hn::Add(t, n)));
  }
  const VD y = hn::IfThenElse(isLow, hn::Add(a, D(8)), a), z = hn::Add(y, n);
  const VD ry = hn::Div(D(1), y), rz = hn::Div(D(1), z);
  const VD u = hn::Mul(ry, ry), w = hn::Mul(rz, rz);
  // Σ B₂ₖ/2k (u^k − w^k) = (u − w) Σ B₂ₖ/2k Σ u^i w^(k−1−i).
  constexpr int kTerms = sizeof(kDigammaTail) / sizeof(kDigammaTail[0]);
  VD series = D(0), mixed = D(1), power = D(1);
  for (int k = 0; k < kTerms; k++) {
    series = hn::MulAdd(D(kDigammaTail[kTerms - 1 - k]), mixed, series);
    power = hn::Mul(power, w);
    mixed = hn::MulAdd(mixed, u, power);
  }
  const VD n_yz = hn::Mul(hn::Mul(n, ry), rz);
  // u − w = n (y + z) / (y z)² = n/(y z) · (1/y + 1/z).
  const VD difference = hn::Mul(n_yz, hn::Add(ry, rz));
  VD result = hn::MulAdd(n_yz, D(0.5), hn::Log1p(d, hn::Div(n, y)));
  result = hn::MulAdd(difference, series, result);
  result = hn::Add(result, hn::IfThenElseZero(isLow, sum));
  result = OfPositive(a, result, HUGE_VAL);
  result = hn::IfThenElse(hn::Eq(n, D(0)), hn::IfThenElse(hn::Ge(a, D(0)), D(0), hn::NaN(d)), result);
  return hn::IfThenElse(hn::Ge(n, D(0)), result, hn::NaN(d));
}

HWY_NOINLINE VF LogGamma(VF x) { return InDouble(x, [](VD v) HWY_ATTR { return LogGammaOf(v); }); }
HWY_NOINLINE VF Digamma(VF x) { return InDouble(x, [](VD v) HWY_ATTR { return DigammaOf(v); }); }
HWY_NOINLINE VF Trigamma(VF x) { return InDouble(x, [](VD v) HWY_ATTR { return TrigammaOf(v); }); }
HWY_NOINLINE VF LogRising(VF a, VF n) {
  return InDouble(a, n, [](VD v, VD w) HWY_ATTR { return LogRisingOf(v, w); });
}
HWY_NOINLINE VF DigammaDifference(VF a, VF n) {
  return InDouble(a, n, [](VD v, VD w) HWY_ATTR { return DigammaDifferenceOf(v, w); });
}

}  // namespace HWY_NAMESPACE
}  // namespace elbo
HWY_AFTER_NAMESPACE();

#endif
