// Elementary functions on vectors, a few ulp, with the infinities and NaN that IEEE asks for. Included once per target.
#if defined(ELBO_MATH_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef ELBO_MATH_INL_H
#undef ELBO_MATH_INL_H
#else
#define ELBO_MATH_INL_H
#endif

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace elbo {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using DF = hn::ScalableTag<float>;
using DI = hn::RebindToSigned<DF>;
using DU = hn::RebindToUnsigned<DF>;
using VF = hn::Vec<DF>;
using VI = hn::Vec<DI>;
using VU = hn::Vec<DU>;

HWY_INLINE VF K(float value) { return hn::Set(DF(), value); }

// 2^n for integer n in [−126, 127].
HWY_INLINE VF PowerOfTwo(VI n) { return hn::BitCast(DF(), hn::ShiftLeft<23>(hn::Add(n, hn::Set(DI(), 127)))); }

// x = n·ln 2 + r with |r| ≤ ln 2 / 2; e^r − 1 = r + r²·p(r) (Cephes' expf coefficients).
struct ExpParts {
  VI n;
  VF remainder, tail;
};

HWY_INLINE ExpParts SplitExp(VF x) {
  const VF rounded = hn::Round(hn::Mul(x, K(1.442695041f)));
  VF r = hn::NegMulAdd(rounded, K(0.693359375f), x);
  r = hn::NegMulAdd(rounded, K(-2.12194440e-4f), r);
  VF p = K(1.9875691500e-4f);
  p = hn::MulAdd(p, r, K(1.3981999507e-3f));
  p = hn::MulAdd(p, r, K(8.3334519073e-3f));
  p = hn::MulAdd(p, r, K(4.1665795894e-2f));
  p = hn::MulAdd(p, r, K(1.6666665459e-1f));
  p = hn::MulAdd(p, r, K(5.0000001201e-1f));
  return {hn::ConvertTo(DI(), rounded), r, hn::Mul(hn::Mul(r, r), p)};
}

// The second operand of Max and Min wins when the other is NaN on x86, and NaN wins everywhere else.
HWY_INLINE VF Limit(VF x, float low, float high) { return hn::Min(K(high), hn::Max(K(low), x)); }

HWY_INLINE VF Exp(VF x) {
  const ExpParts e = SplitExp(Limit(x, -104.0f, 89.0f));
  const VF mantissa = hn::Add(hn::Add(e.remainder, e.tail), K(1.0f));
  // In two factors, so that results below 2^−126 and above 2^127 come out right.
  const VI half = hn::ShiftRight<1>(e.n);
  return hn::Mul(hn::Mul(mantissa, PowerOfTwo(half)), PowerOfTwo(hn::Sub(e.n, half)));
}

// For x ≤ 0, where nothing can overflow and what underflows may be 0.
HWY_INLINE VF ExpOfNegative(VF x) {
  const ExpParts e = SplitExp(hn::Max(K(-87.0f), x));
  return hn::Mul(hn::Add(hn::Add(e.remainder, e.tail), K(1.0f)), PowerOfTwo(e.n));
}

HWY_INLINE VF Expm1(VF x) {
  const ExpParts e = SplitExp(Limit(x, -30.0f, 89.0f));
  const VI half = hn::ShiftRight<1>(e.n);
  const VF low = PowerOfTwo(half);
  const VF high = PowerOfTwo(hn::Sub(e.n, half));
  const VF tail = hn::Add(e.remainder, e.tail);
  const VF small = hn::MulAdd(hn::Mul(tail, low), high, hn::MulSub(low, high, K(1.0f)));
  const VF large = hn::Mul(hn::Mul(hn::Add(tail, K(1.0f)), low), high);
  return hn::IfThenElse(hn::Gt(x, K(40.0f)), large, small);
}

// log(1 + f) for 1 + f in [√½, √2] (Cephes' logf coefficients).
HWY_INLINE VF LogNearOne(VF f) {
  VF p = K(7.0376836292e-2f);
  p = hn::MulAdd(p, f, K(-1.1514610310e-1f));
  p = hn::MulAdd(p, f, K(1.1676998740e-1f));
  p = hn::MulAdd(p, f, K(-1.2420140846e-1f));
  p = hn::MulAdd(p, f, K(1.4249322787e-1f));
  p = hn::MulAdd(p, f, K(-1.6668057665e-1f));
  p = hn::MulAdd(p, f, K(2.0000714765e-1f));
  p = hn::MulAdd(p, f, K(-2.4999993993e-1f));
  p = hn::MulAdd(p, f, K(3.3333331174e-1f));
  const VF square = hn::Mul(f, f);
  return hn::MulAdd(hn::Mul(square, f), p, hn::NegMulAdd(square, K(0.5f), f));
}

// log of a positive normal number.
HWY_INLINE VF LogOfNormal(VF x) {
  const VI bits = hn::BitCast(DI(), x);
  // Exponent such that the mantissa lies in [√½, √2).
  const VI exponent = hn::ShiftRight<23>(hn::Sub(bits, hn::Set(DI(), 0x3F3504F3)));
  const VF mantissa = hn::BitCast(DF(), hn::Sub(bits, hn::ShiftLeft<23>(exponent)));
  const VF e = hn::ConvertTo(DF(), exponent);
  const VF log = LogNearOne(hn::Sub(mantissa, K(1.0f)));
  return hn::MulAdd(e, K(0.693359375f), hn::MulAdd(e, K(-2.12194440e-4f), log));
}

HWY_INLINE VF Log(VF x) {
  const auto tiny = hn::Lt(x, K(1.17549435e-38f));
  const VF scaled = hn::IfThenElse(tiny, hn::Mul(x, K(8388608.0f)), x);
  VF result = hn::Sub(LogOfNormal(scaled), hn::IfThenElseZero(tiny, K(15.942385152878742f)));
  result = hn::IfThenElse(hn::Eq(x, K(0.0f)), hn::Neg(hn::Inf(DF())), result);
  result = hn::IfThenElse(hn::Lt(x, K(0.0f)), hn::NaN(DF()), result);
  // Infinity and NaN are their own logarithms.
  return hn::IfThenElse(hn::Lt(hn::Abs(x), hn::Inf(DF())), result, hn::IfThenElse(hn::Lt(x, K(0.0f)), hn::NaN(DF()), x));
}

// log(u) for u = 1 + x, and what rounding took from u: (x − (u − 1)) / u.
HWY_INLINE VF Log1p(VF x) {
  const VF u = hn::Add(x, K(1.0f));
  const VF lost = hn::Div(hn::Sub(x, hn::Sub(u, K(1.0f))), u);
  const VF log = Log(u);
  const auto finite = hn::Lt(hn::Abs(log), hn::Inf(DF()));
  return hn::IfThenElse(finite, hn::Add(log, lost), log);
}

// log1p(e) for e in [0, 1], given 1 / (1 + e).
HWY_INLINE VF Log1pOfUnit(VF e, VF reciprocal) {
  const VF u = hn::Add(e, K(1.0f));
  const VF lost = hn::Mul(hn::Sub(e, hn::Sub(u, K(1.0f))), reciprocal);
  const auto high = hn::Gt(u, K(1.41421356f));
  const VF mantissa = hn::IfThenElse(high, hn::Mul(u, K(0.5f)), u);
  const VF log = LogNearOne(hn::Sub(mantissa, K(1.0f)));
  return hn::Add(hn::Add(log, hn::IfThenElseZero(high, K(0.693147181f))), lost);
}

HWY_INLINE VF Tanh(VF x) {
  const VF m = Expm1(hn::Mul(hn::Abs(x), K(-2.0f)));
  return hn::CopySign(hn::Div(hn::Neg(m), hn::Add(m, K(2.0f))), x);
}

HWY_INLINE VF Sigmoid(VF x) {
  const VF e = ExpOfNegative(hn::Neg(hn::Abs(x)));
  const VF r = hn::Div(K(1.0f), hn::Add(e, K(1.0f)));
  return hn::IfThenElse(hn::Lt(x, K(0.0f)), hn::Mul(e, r), r);
}

HWY_INLINE VF PositivePart(VF x) { return hn::IfThenElse(hn::Lt(x, K(0.0f)), K(0.0f), x); }

HWY_INLINE VF Softplus(VF x) {
  const VF e = ExpOfNegative(hn::Neg(hn::Abs(x)));
  return hn::Add(PositivePart(x), Log1pOfUnit(e, hn::Div(K(1.0f), hn::Add(e, K(1.0f)))));
}

// x·P(x²)/Q(x²) on [−4, 4], where erf has reached ±1 in Float.
HWY_INLINE VF Erf(VF x) {
  const VF c = Limit(x, -4.0f, 4.0f);
  const VF s = hn::Mul(c, c);
  VF p = K(-2.72614225801306e-10f);
  p = hn::MulAdd(p, s, K(2.77068142495902e-08f));
  p = hn::MulAdd(p, s, K(-2.10102402082508e-06f));
  p = hn::MulAdd(p, s, K(-5.69250639462346e-05f));
  p = hn::MulAdd(p, s, K(-7.34990630326855e-04f));
  p = hn::MulAdd(p, s, K(-2.95459980854025e-03f));
  p = hn::MulAdd(p, s, K(-1.60960333262415e-02f));
  VF q = K(-1.45660718464996e-05f);
  q = hn::MulAdd(q, s, K(-2.13374055278905e-04f));
  q = hn::MulAdd(q, s, K(-1.68282697438203e-03f));
  q = hn::MulAdd(q, s, K(-7.37332916720468e-03f));
  q = hn::MulAdd(q, s, K(-1.42647390514189e-02f));
  return hn::Div(hn::Mul(c, p), q);
}

// sin and cos of 2π·turn for turn in [0, 1): quarter turns exactly, the rest by polynomials on [−π/4, π/4].
HWY_INLINE void SinCosOfTurn(VF turn, VF &sine, VF &cosine) {
  const VF quarter = hn::Round(hn::Mul(turn, K(4.0f)));
  const VF f = hn::Mul(hn::MulSub(turn, K(4.0f), quarter), K(1.57079632679f));
  const VF s = hn::Mul(f, f);
  VF sp = K(-1.9515295891e-4f);
  sp = hn::MulAdd(sp, s, K(8.3321608736e-3f));
  sp = hn::MulAdd(sp, s, K(-1.6666654611e-1f));
  const VF sinF = hn::MulAdd(hn::Mul(sp, s), f, f);
  VF cp = K(2.443315711809948e-5f);
  cp = hn::MulAdd(cp, s, K(-1.388731625493765e-3f));
  cp = hn::MulAdd(cp, s, K(4.166664568298827e-2f));
  const VF cosF = hn::MulAdd(hn::Mul(cp, s), s, hn::NegMulAdd(s, K(0.5f), K(1.0f)));
  const VI q = hn::ConvertTo(DI(), quarter);
  const auto odd = hn::RebindMask(DF(), hn::TestBit(q, hn::Set(DI(), 1)));
  const VF sinQ = hn::IfThenElse(odd, cosF, sinF);
  const VF cosQ = hn::IfThenElse(odd, sinF, cosF);
  const VI sinSign = hn::ShiftLeft<30>(hn::And(q, hn::Set(DI(), 2)));
  const VI cosSign = hn::ShiftLeft<30>(hn::And(hn::Add(q, hn::Set(DI(), 1)), hn::Set(DI(), 2)));
  sine = hn::Xor(sinQ, hn::BitCast(DF(), sinSign));
  cosine = hn::Xor(cosQ, hn::BitCast(DF(), cosSign));
}

}  // namespace HWY_NAMESPACE
}  // namespace elbo
HWY_AFTER_NAMESPACE();

#endif
