// Modified Bessel functions of the first kind on vectors, in double, of any order from 0 on. Included once per target.
#if defined(ELBO_BESSEL_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef ELBO_BESSEL_INL_H
#undef ELBO_BESSEL_INL_H
#else
#define ELBO_BESSEL_INL_H
#endif

#include "special-inl.h"

HWY_BEFORE_NAMESPACE();
namespace elbo {
namespace HWY_NAMESPACE {

// Debye's polynomials u_k(τ), k = 1 … 7, from the constant on (Abramowitz & Stegun 9.3.9, t^k taken out), by
// Tests/GraphsTests/Fixtures/make-special-functions.py.
constexpr int kDebyeTerms = 7;
constexpr double kDebye[] = {
    0.125, -0.20833333333333333333, 0.0703125,
    -0.40104166666666666667, 0.33420138888888888889, 0.0732421875,
    -0.8912109375, 1.8464626736111111111, -1.025812596450617284,
    0.112152099609375, -2.3640869140625, 8.78912353515625,
    -11.207002616222993827, 4.669584423426247428, 0.227108001708984375,
    -7.3687943594796316964, 42.534998745388454861, -91.818241543240017361,
    84.636217674600734632, -28.212072558200244877, 0.57250142097473144531,
    -26.491430486951555525, 218.19051174421159048, -699.57962737613254123,
    1059.9904525279998779, -765.2524681411816423, 212.57013003921712286,
    1.7277275025844573975, -108.0909197883946555, 1200.9029132163524628,
    -5305.6469786134031084, 11655.393336864533248, -13586.550006434137439,
    8061.7221817373093845, -1919.4576623184069963,
};
// From here on the series leaves out less than 1e-12.
constexpr int kDebyeFrom = 64;

struct BesselI {
  VD log;    // log (I_v(x) / x^v)
  VD ratio;  // I_{v+1}(x) / I_v(x)
  VD slope;  // its derivative
};

// Where R = √(v² + x²) is 64 or more, by the uniform asymptotic series
//
//     log I_v(x) = R + v log(x / (v + R)) − ½ log 2πR + log S,   S = 1 + Σ_k u_k(v²/R²) / R^k
//
// and its derivatives in closed form, with T and W the sums S after one and two of the operator −(R²/x) ∂/∂x; elsewhere
// from order v + 64 down by I_{m−1} = I_{m+1} + (2m/x) I_m, which is stable in this direction.
HWY_INLINE BesselI BesselIOf(VD x, double order) {
  const DD d;
  const VD v = D(order), x2 = hn::Mul(x, x);
  const MD isDirect = hn::Ge(hn::MulAdd(v, v, x2), D(kDebyeFrom * kDebyeFrom));
  const VD m = hn::IfThenElse(isDirect, v, D(order + kDebyeFrom));
  const VD R = hn::Sqrt(hn::MulAdd(m, m, x2));
  const VD r = hn::Div(D(1), R), tau = hn::Mul(hn::Mul(m, r), hn::Mul(m, r));
  VD S = D(0), T = D(0), W = D(0), power = r;
  const double *c = kDebye;
  for (int k = 1; k <= kDebyeTerms; k++) {
    VD s = D(0), t = D(0), w = D(0), tauPower = D(1);
    for (int j = 0; j <= k; j++, c++) {
      const double degree = k + 2 * j;
      s = hn::MulAdd(D(*c), tauPower, s);
      t = hn::MulAdd(D(*c * degree), tauPower, t);
      w = hn::MulAdd(D(*c * degree * degree), tauPower, w);
      tauPower = hn::Mul(tauPower, tau);
    }
    S = hn::MulAdd(s, power, S);
    T = hn::MulAdd(t, power, T);
    W = hn::MulAdd(w, power, W);
    power = hn::Mul(power, r);
  }
  const VD whole = hn::Add(S, D(1));
  T = hn::Div(T, whole);
  W = hn::Div(W, whole);
  const VD r2 = hn::Mul(r, r), sum = hn::Add(m, R);
  // I_{m+1} / (x I_m).
  VD s = hn::NegMulAdd(r2, hn::Add(T, D(0.5)), hn::Div(D(1), sum));
  VD log = hn::NegMulAdd(m, hn::Log(d, sum), R);
  log = hn::NegMulAdd(D(0.5), hn::Log(d, hn::Mul(R, D(6.283185307179586477))), log);
  log = hn::Add(log, hn::Log1p(d, S));
  const VD xr2 = hn::Mul(hn::Mul(x, r), hn::Mul(x, r));
  VD slope = hn::MulAdd(hn::Sub(xr2, tau), hn::Add(T, D(0.5)), hn::Mul(xr2, hn::NegMulAdd(T, T, W)));
  slope = hn::MulAdd(slope, r2, hn::Mul(hn::Div(m, sum), r));

  if (!hn::AllTrue(d, isDirect)) {
    VD product = D(1), next = s;
    VD lower = s;
    for (int j = kDebyeFrom - 1; j >= 0; j--) {
      next = lower;
      const VD p = hn::MulAdd(x2, lower, D(2 * (order + j + 1)));
      product = hn::Mul(product, hn::IfThenElse(isDirect, D(1), p));
      lower = hn::Div(D(1), p);
    }
    // r' = r_v (r_{v+1} − r_v) + r_v / x.
    const VD own = hn::MulAdd(hn::Mul(lower, x2), hn::Sub(next, lower), lower);
    // Σ_k (x²/4)^k / (k! (v + 1) … (v + k)), which has the digits of log I_0 near 0.
    const VD quarter = hn::Mul(x2, D(0.25));
    VD series = D(0), term = D(1);
    for (int k = 1; k <= kDebyeFrom; k++) {
      term = hn::Mul(term, hn::Mul(quarter, D(1 / (k * (order + k)))));
      series = hn::Add(series, term);
    }
    int sign;
    const double constant = -order * 0.69314718055994530942 - lgamma_r(order + 1, &sign);
    const VD small = hn::Add(hn::Log1p(d, series), D(constant));
    const MD isSmall = hn::Le(quarter, D(16 * (order + 1)));
    const VD ownLog = hn::IfThenElse(isSmall, small, hn::Add(log, hn::Log(d, product)));
    s = hn::IfThenElse(isDirect, s, lower);
    slope = hn::IfThenElse(isDirect, slope, own);
    log = hn::IfThenElse(isDirect, log, ownLog);
  }
  return {log, hn::Mul(x, s), slope};
}

// `result` for x from 0 on, `atInfinity` there, NaN below 0.
HWY_INLINE VD FromZero(VD x, VD result, double atInfinity) {
  result = hn::IfThenElse(hn::Eq(x, hn::Inf(DD())), D(atInfinity), result);
  return hn::IfThenElse(hn::Ge(x, D(0)), result, hn::NaN(DD()));
}

HWY_NOINLINE VF LogBesselIOverPower(VF x, float order) {
  return InDouble(x, [order](VD v) HWY_ATTR { return FromZero(v, BesselIOf(v, order).log, HUGE_VAL); });
}
HWY_NOINLINE VF LogBesselI(VF x, float order) {
  return InDouble(x, [order](VD v) HWY_ATTR {
    const VD power = hn::Mul(D(order), hn::Log(DD(), v));
    const VD result = hn::Add(BesselIOf(v, order).log, order > 0 ? power : D(0));
    const VD fromZero = hn::IfThenElse(hn::Eq(v, D(0)), D(order > 0 ? -HUGE_VAL : 0.0), result);
    return FromZero(v, fromZero, HUGE_VAL);
  });
}
HWY_NOINLINE VF BesselIRatio(VF x, float order) {
  return InDouble(x, [order](VD v) HWY_ATTR { return FromZero(v, BesselIOf(v, order).ratio, 1); });
}
HWY_NOINLINE VF BesselIRatioSlope(VF x, float order) {
  return InDouble(x, [order](VD v) HWY_ATTR { return FromZero(v, BesselIOf(v, order).slope, 0); });
}

}  // namespace HWY_NAMESPACE
}  // namespace elbo
HWY_AFTER_NAMESPACE();

#endif
