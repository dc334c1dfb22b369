// oneDNN's matrix products and convolutions behind a C ABI: the second opinion on our own kernels, and what their speed
// is measured against. Builds against oneDNN 2.6 and 3.x.
//
// The library is opened when the first primitive is made, so a program that makes none never loads it. Every primitive
// is serial on the part it is given and uses scratch memory of its own; one primitive runs on one thread at a time.
#ifndef ELBO_PRIMITIVES_H
#define ELBO_PRIMITIVES_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Why oneDNN cannot be used, or NULL when it can.
const char *elbo_dnn_unavailable(void);

/// The version of the library that was opened, `2.6.3`; empty when none was.
const char *elbo_dnn_version(void);

typedef enum { ELBO_DNN_NONE, ELBO_DNN_RELU, ELBO_DNN_TANH, ELBO_DNN_SIGMOID } elbo_dnn_activation;

/// C[m, n] = activation(op(A) · op(B) + bias[n]), row-major with leading dimensions.
typedef struct {
  int64_t m, n, k, lda, ldb, ldc;
  bool transposeA, transposeB, hasBias;
  elbo_dnn_activation activation;
} elbo_dnn_matmul_shape;

typedef enum {
  ELBO_DNN_FORWARD,    // a = x, b = w → result y
  ELBO_DNN_TRANSPOSED, // a = y, b = w → result x: the adjoint in x, which is transposed convolution
  ELBO_DNN_WEIGHTS,    // a = x, b = y → result w: the adjoint in w
} elbo_dnn_convolution_kind;

/// The convolution y[B, H', W', O] of x[B, H, W, I] with w[O, I, kh, kw], images channels-last, weights as written.
/// Bias and activation are of the result and not for ELBO_DNN_WEIGHTS. Padding behind follows from the extents.
typedef struct {
  elbo_dnn_convolution_kind kind;
  int64_t images, inChannels, height, width, outChannels, outHeight, outWidth;
  int64_t kernel[2], stride[2], dilation[2], padBefore[2];
  bool hasBias;
  elbo_dnn_activation activation;
} elbo_dnn_convolution_shape;

typedef struct elbo_dnn_primitive elbo_dnn_primitive;

/// NULL, with a static text in `*reason`, when oneDNN is not there or cannot do it.
elbo_dnn_primitive *elbo_dnn_matmul(const elbo_dnn_matmul_shape *shape, const char **reason);
elbo_dnn_primitive *elbo_dnn_convolution(const elbo_dnn_convolution_shape *shape, const char **reason);

/// oneDNN's name of the implementation it chose: `brgemm:avx512_core`.
const char *elbo_dnn_implementation(const elbo_dnn_primitive *primitive);

void elbo_dnn_destroy(elbo_dnn_primitive *primitive);

/// With a gate, the result becomes 0 where gate ≤ 0: `gateRows` rows of `gateColumns`, `gateStride` floats apart, laid
/// out as the result.
typedef struct {
  elbo_dnn_primitive *primitive;
  const float *a, *b, *bias, *gate;
  float *result;
  int64_t gateRows, gateColumns, gateStride;
} elbo_dnn_arguments;

/// Runs one primitive; `arguments` is an `elbo_dnn_arguments`.
void elbo_dnn_run(const void *arguments);

#ifdef __cplusplus
}
#endif
#endif
