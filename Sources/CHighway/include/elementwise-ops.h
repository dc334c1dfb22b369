// The elementwise ops: a line for each, with its opcode and its kernel, from which simd.h makes the opcodes and
// fused-ops-inl.h the loop. There is no opcode without a kernel.
//
// In a kernel `x` and `y` are vectors of the operands, `op.immediate` and `op.second` the op's parameters, and `immediate`
// a vector of the first. What a Swift program knows of an op (reference, gradient, accuracy) is a row of
// Graphs/Symbolic/Elementwise.
#ifndef ELBO_ELEMENTWISE_OPS_H
#define ELBO_ELEMENTWISE_OPS_H

// OP(NAME, kernel): ELBO_NAME of one operand.
#define ELBO_UNARY_OPS(OP)                                                                          \
  OP(NEGATE, hn::Neg(x))                                                                            \
  OP(ABSOLUTE, hn::Abs(x))                                                                          \
  OP(SQUARE, hn::Mul(x, x))                                                                         \
  OP(SQUARE_ROOT, hn::Sqrt(x))                                                                      \
  OP(RECIPROCAL, hn::Div(K(1.0f), x))                                                               \
  OP(EXP, Exp(x))                                                                                   \
  OP(LOG, Log(x))                                                                                   \
  OP(EXPM1, Expm1(x))                                                                               \
  OP(LOG1P, Log1p(x))                                                                               \
  OP(SIN, hn::Sin(d, x))                                                                            \
  OP(COS, hn::Cos(d, x))                                                                            \
  OP(ERF, Erf(x))                                                                                   \
  OP(ATANH, hn::CopySign(hn::Mul(K(0.5f), Log1p(hn::Div(hn::Abs(hn::Add(x, x)), hn::Sub(K(1.0f), hn::Abs(x))))), x)) \
  OP(TANH, Tanh(x))                                                                                 \
  OP(SIGMOID, Sigmoid(x))                                                                           \
  OP(SOFTPLUS, Softplus(x))                                                                         \
  OP(RELU, PositivePart(x))                                                                         \
  OP(GELU, hn::Mul(hn::Mul(x, K(0.5f)), hn::Add(Erf(hn::Mul(x, K(0.707106781f))), K(1.0f))))        \
  OP(SILU, hn::Mul(x, Sigmoid(x)))                                                                  \
  /* slope in immediate */                                                                          \
  OP(LEAKY_RELU, hn::IfThenElse(hn::Lt(x, K(0.0f)), hn::Mul(x, immediate), x))                      \
  /* alpha in immediate */                                                                          \
  OP(ELU, hn::IfThenElse(hn::Lt(x, K(0.0f)), hn::Mul(Expm1(x), immediate), x))                      \
  /* low in immediate, high in second */                                                            \
  OP(CLIP, Limit(x, op.immediate, op.second))                                                       \
  OP(SIGN, hn::IfThenElse(hn::Gt(hn::Abs(x), K(0.0f)), hn::CopySign(K(1.0f), x), x))                \
  OP(STEP, OneWhere(hn::Gt(x, K(0.0f))))                                                            \
  OP(FLOOR, hn::Floor(x))                                                                           \
  OP(ROUND, hn::Round(x))                                                                           \
  OP(LOG_GAMMA, LogGamma(x))                                                                        \
  OP(DIGAMMA, Digamma(x))                                                                           \
  OP(TRIGAMMA, Trigamma(x))                                                                         \
  /* order in immediate */                                                                          \
  OP(LOG_BESSEL_I, LogBesselI(x, op.immediate))                                                     \
  OP(LOG_BESSEL_I_OVER_POWER, LogBesselIOverPower(x, op.immediate))                                 \
  OP(BESSEL_I_RATIO, BesselIRatio(x, op.immediate))                                                 \
  OP(BESSEL_I_RATIO_SLOPE, BesselIRatioSlope(x, op.immediate))

// OP(NAME, kernel): ELBO_NAME of two operands.
#define ELBO_BINARY_OPS(OP)                        \
  OP(ADD, hn::Add(x, y))                           \
  OP(SUBTRACT, hn::Sub(x, y))                      \
  OP(MULTIPLY, hn::Mul(x, y))                      \
  OP(DIVIDE, hn::Div(x, y))                        \
  OP(MAXIMUM, OrNaN(hn::Max(x, y), x, y))          \
  OP(MINIMUM, OrNaN(hn::Min(x, y), x, y))          \
  OP(LESS, OneWhere(hn::Lt(x, y)))                 \
  OP(LESS_OR_EQUAL, OneWhere(hn::Le(x, y)))        \
  OP(EQUAL, OneWhere(hn::Eq(x, y)))                \
  OP(LOG_RISING, LogRising(x, y))                  \
  OP(DIGAMMA_DIFFERENCE, DigammaDifference(x, y))

// OP(NAME, kernel): forms that the compiler chooses for operands that are constants, not ops of a graph.
#define ELBO_IMMEDIATE_OPS(OP)                     \
  OP(COPY, x)                                      \
  OP(ADD_IMMEDIATE, hn::Add(x, immediate))         \
  OP(MULTIPLY_IMMEDIATE, hn::Mul(x, immediate))    \
  OP(SUBTRACT_FROM, hn::Sub(immediate, x))         \
  OP(DIVIDE_INTO, hn::Div(immediate, x))

#endif
