// SIMD loops behind a C ABI. Every kernel is `void kernel(const void *arguments)` over a plain struct, serial on the
// part it is given, allocates nothing, and picks the best instruction set of the CPU at run time.
//
// Loads may touch up to 63 bytes past the end of an array (`Storage` leaves room); stores are exact.
#ifndef ELBO_SIMD_H
#define ELBO_SIMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "elementwise-ops.h"

#ifdef __cplusplus
extern "C" {
#endif

// ---- Fused elementwise loops -------------------------------------------------------------------------------------

enum { ELBO_FUSED_REGISTERS = 32, ELBO_FUSED_TILE = 256 };

/// Ops of a fused loop, in tiles: register `dst` from registers `a`, `b`, `c`. Those of one and two operands first, in
/// the order of elementwise-ops.h.
#define ELBO_OPCODE(NAME, ...) ELBO_##NAME,
typedef enum {
  ELBO_UNARY_OPS(ELBO_OPCODE)
  ELBO_BINARY_OPS(ELBO_OPCODE)
  ELBO_IMMEDIATE_OPS(ELBO_OPCODE)
  ELBO_CONSTANT,      // immediate
  ELBO_MULTIPLY_ADD,  // a · b + c
  ELBO_SELECT,        // a ≠ 0 ? b : c
  ELBO_BCE,           // max(a, 0) − a·b + log1p(exp(−|a|)); a logit, b target
  ELBO_BCE_BOTH,      // as ELBO_BCE into dst, and σ(a) − b into register c
  ELBO_NORMAL,        // draws; `a` indexes the random table
  ELBO_UNIFORM,
} elbo_fused_opcode;
#undef ELBO_OPCODE

#define ELBO_COUNT(...) +1
enum {
  ELBO_UNARY_OP_COUNT = 0 ELBO_UNARY_OPS(ELBO_COUNT),
  ELBO_BINARY_OP_COUNT = 0 ELBO_BINARY_OPS(ELBO_COUNT),
};
#undef ELBO_COUNT

typedef struct {
  uint8_t opcode, dst, a, b, c;
  float immediate, second;
} elbo_fused_op;

/// Where a register is filled from: element (row, column) is at
///
///     base + ((row / rowDivide) % rowModulo) · rowStride + column · columnStride
///
/// with rowModulo 0 for no wrap, and columnStride 0 (a number per row) or 1.
typedef struct {
  const float *base;
  int64_t rowStride;
  int32_t columnStride;
  int32_t rowDivide;
  int32_t rowModulo;
  uint8_t reg;
} elbo_fused_load;

typedef enum {
  ELBO_STORE,       // element (row, column) at base + row · rowStride + column
  ELBO_ROW_SUM,     // base[row]
  ELBO_ROW_MAX,     // base[row]
  ELBO_COLUMN_SUM,  // base[column], over this call's rows
  ELBO_TOTAL_SUM,   // base[0], over this call's elements
} elbo_fused_store_kind;

typedef struct {
  float *base;
  int64_t rowStride;
  uint8_t kind;
  uint8_t reg;
} elbo_fused_store;

/// The name of the widest instruction set that the kernels may use.
const char *elbo_simd_target(void);

/// What a stream is keyed by; see RandomStream.
typedef struct {
  uint64_t seed;
  uint64_t step;
} elbo_random_state;

/// What the draws of a program are keyed by, read at every run. Its rows are firstRow … of a batch of globalRows; 0 when
/// they are all of it.
typedef struct {
  elbo_random_state stream;
  int64_t firstRow, globalRows;
} elbo_program_random;

/// A draw of an array [outer, rows, rowElements]; 0 rows when it belongs to no rows.
typedef struct {
  const elbo_program_random *state;
  uint32_t purpose;
  int64_t rows, rowElements;
} elbo_fused_random;

/// Rows rowBegin ..< rowEnd and columns columnBegin ..< columnEnd of a space of rows of `columns` elements.
typedef struct {
  int64_t rowBegin, rowEnd, columnBegin, columnEnd, columns;
  const elbo_fused_load *loads;
  const elbo_fused_op *ops;
  const elbo_fused_store *stores;
  const elbo_fused_random *randoms;
  int32_t loadCount, opCount, storeCount, registerCount;
  int32_t continues;  // sums over rows are added to what an earlier call left
} elbo_fused_arguments;

void elbo_fused(const void *arguments);

// ---- Optimizers ---------------------------------------------------------------------------------------------------

typedef enum { ELBO_ADAM, ELBO_ADAMW, ELBO_ADAMAX, ELBO_RMSPROP, ELBO_SGD } elbo_optimizer;

/// Read at every run. `correction1` = 1 / (1 − β1^t), `correction2` = 1 / (1 − β2^t).
typedef struct {
  float learningRate, beta1, beta2, epsilon, weightDecay, momentum;
  float correction1, correction2;
  float gradientScale;
} elbo_hyperparameters;

/// When `*limit` is finite, gradients are scaled by min(1, limit / √(Σ normParts)). With a gate, nothing is done when it
/// is not above 0.
typedef struct {
  float *values, *first, *second;
  const float *gradients;
  int64_t count;
  const elbo_hyperparameters *hyperparameters;
  const double *normParts;
  int32_t normPartCount, normPartStride;
  const float *limit;
  const float *gate;  // NULL for none
  int32_t optimizer;
} elbo_update_arguments;

void elbo_update(const void *arguments);

/// result[0] = Σ x², in double outside short blocks; nothing when the limit is infinite.
typedef struct {
  const float *values;
  int64_t count;
  double *result;
  const float *limit;
} elbo_clipped_sum_arguments;

void elbo_clipped_sum(const void *arguments);

// ---- Movement -----------------------------------------------------------------------------------------------------

enum { ELBO_COPY_RANK = 6 };

/// destination[Σ i·destinationStride] = source[Σ i·sourceStride] over the extents; strides in elements, 0 repeats.
typedef struct {
  const float *source;
  float *destination;
  int64_t extent[ELBO_COPY_RANK], sourceStride[ELBO_COPY_RANK], destinationStride[ELBO_COPY_RANK];
  int32_t rank;
} elbo_copy_arguments;

void elbo_copy(const void *arguments);

typedef struct {
  float *destination;
  int64_t count;
  float value;
} elbo_fill_arguments;

void elbo_fill(const void *arguments);

/// The first index of a gather that is beyond its table; row −1 for none.
typedef struct {
  int64_t row;
  float index;
} elbo_index_fault;

/// Rows of a table by float indices, clamped; columns columnBegin ..< columnEnd of `width`.
typedef struct {
  const float *source;
  const float *indices;
  float *destination;
  int64_t count, tableRows, width, columnBegin, columnEnd;
  elbo_index_fault *fault;  // where a gather notes an index that it clamps, NULL for nowhere
} elbo_rows_arguments;

void elbo_gather_rows(const void *arguments);
/// Adds source rows into destination rows; the columns are zeroed first.
void elbo_scatter_rows(const void *arguments);

/// destination[row] = the column of the first largest element of a row, or of its first NaN.
typedef struct {
  const float *source;
  float *destination;
  int64_t rows, columns;
} elbo_arg_max_arguments;

void elbo_arg_max(const void *arguments);

typedef struct {
  const float *x, *y, *gradient;  // gradient and y for the adjoint only
  float *result;
  int64_t planes, height, width, outHeight, outWidth;
  int32_t kernel[2], stride[2], dilation[2], pad[2];
  int32_t average;
} elbo_pool_arguments;

void elbo_pool(const void *arguments);
void elbo_pool_gradient(const void *arguments);

/// Planes of an image through a banded matrix for each axis: sums of `taps` elements from starts[i] on, with
/// weights[i · taps ..]; then times `scale` plus `offset`. Source bytes or, when those are NULL, floats.
typedef struct {
  const uint8_t *bytes;
  const float *floats;
  float *destination;
  int64_t planes, height, width, outHeight, outWidth;
  const int32_t *rowStarts, *columnStarts;
  const float *rowWeights, *columnWeights;
  int32_t rowTaps, columnTaps;
  float scale, offset;
} elbo_resample_arguments;

void elbo_resample(const void *arguments);

/// Rows rowBegin ..< rowEnd of a batch: example indices[row] (through `view` when there is one) of `bytes` or, when that
/// is NULL, of `floats`, each value times `scale` plus `offset`; then, when asked, 1 with that probability and else 0,
/// element (firstRow + row) · width + i of the stream's uniform draw.
typedef struct {
  const uint8_t *bytes;
  const float *floats;
  const int32_t *view;  // NULL, or the stored example of every index
  const int32_t *indices;
  float *destination;
  int64_t rowBegin, rowEnd, width;
  int64_t firstRow;  // row of indices[0] in the global batch
  float scale, offset;
  bool binarize;
  elbo_random_state random;
  uint32_t purpose;
} elbo_gather_arguments;

void elbo_gather(const void *arguments);

typedef enum {
  ELBO_PERTURB_BINARIZE,         // 1 where uniform < x, else 0
  ELBO_PERTURB_GAUSSIAN,         // x + amount · normal
  ELBO_PERTURB_MASK,             // 0 where uniform < amount
  ELBO_PERTURB_SALT_AND_PEPPER,  // 0 where uniform < amount / 2, 1 where it is below amount
} elbo_perturbation;

/// In place on `count` values, with elements first ..< first + count of the stream's draw.
typedef struct {
  float *values;
  int64_t first, count;
  elbo_perturbation kind;
  float amount;
  elbo_random_state random;
  uint32_t purpose;
} elbo_perturb_arguments;

void elbo_perturb(const void *arguments);

// ---- Matrix products ----------------------------------------------------------------------------------------------

typedef enum { ELBO_IDENTITY, ELBO_EPILOGUE_RELU, ELBO_EPILOGUE_TANH, ELBO_EPILOGUE_SIGMOID } elbo_epilogue;

/// C[M, N] = epilogue(op(A) · op(B) + bias), row-major with leading dimensions; with a gate, 0 where gate[M, N] ≤ 0.
typedef struct {
  const float *a, *b, *bias, *gate;
  float *c;
  int64_t m, n, k, lda, ldb, ldc;
  int32_t transposeA, transposeB;
  int32_t skipsZeros;  // whether A is worth a look for zeros, as data are
  int32_t epilogue;
  float *scratch;  // elbo_gemm_scratch() floats
} elbo_gemm_arguments;

void elbo_gemm(const void *arguments);

/// `count` products one after another, each operand so many floats behind the one before.
typedef struct {
  elbo_gemm_arguments first;
  int64_t count, aStride, bStride, cStride;
} elbo_gemm_batch_arguments;

void elbo_gemm_batch(const void *arguments);
/// Floats of scratch for op(A) [M, K].
int64_t elbo_gemm_scratch(int64_t m, int64_t k, bool transposeA, bool skipsZeros);
/// The most rows for which B is read as it lies, not packed (unless it is transposed).
int64_t elbo_gemm_unpacked_rows(void);

// ---- Convolutions of channels-last images -------------------------------------------------------------------------

/// Output pixels that the same kernel positions reach: those in the middle, those at each edge, where positions fall
/// into the padding, and of a transposed convolution with stride s each of its s² phases. So few multiplications are by
/// padding and none is by an inserted zero.
typedef struct {
  const int32_t *offsets;  // [pixels][tapCount] floats from the start of an input image, −1 where it is padding
  const int32_t *targets;  // [pixels] floats from the start of an output image
  const int32_t *taps;     // [tapCount] kernel positions
  int32_t pixels, tapCount;
} elbo_conv_group;

/// Kernel positions that make a tile of 2×2 output pixels together: one or two along each axis. Two read inputs that lie
/// one output pixel apart, and take three multiplications for two outputs instead of four.
typedef struct {
  int32_t rows, columns;
  int32_t taps[4];  // the kernel position at [row][column], the first of each axis in taps[0]
} elbo_conv_term;

/// Tiles of 2×2 output pixels that the same kernel positions reach.
typedef struct {
  const int32_t *offsets;  // [tiles][terms][3][3] floats from the start of an input image, −1 where it is padding
  const int32_t *targets;  // [tiles][2][2] floats from the start of an output image
  const elbo_conv_term *terms;
  int32_t count, termCount;
} elbo_conv_tiles;

/// A convolution of images with few channels, which are copied between zeros first, so that all pixels of a row read alike.
typedef struct {
  int32_t height, width;              // of an input image
  int32_t top, left;                  // zeros before it
  int32_t paddedHeight, paddedWidth;  // as far as the kernel reaches
  int32_t rows, columns;              // output pixels
  int32_t rowStep, columnStep;        // input pixels from one to the next
  const int32_t *offsets;             // [kernel positions] floats from the first input that a pixel reads
} elbo_conv_padded;

/// y[image, pixel, o] = epilogue(bias[o] + Σ_tap Σ_c x[image, pixel + tap, c] · w[tap, c, o]), where
/// w[tap, c, o] lies at weights + tap + c · inStride + o · outStride; with a gate, 0 where the gate, laid out as y, is ≤ 0.
/// Every pixel is of one group or of one tile, or all are of a padded image; tiles ask for input channels in whole vectors
/// of 16.
typedef struct {
  const float *x, *weights, *bias, *gate;
  float *y;
  int64_t images, xStride, yStride;  // floats from image to image
  int32_t inChannels, outChannels, inStride, outStride;
  const elbo_conv_group *groups;
  const elbo_conv_tiles *tiles;
  const elbo_conv_padded *padded;  // null when there are groups or tiles
  int32_t groupCount, tilesCount, kernelPositions, epilogue;
  int32_t continues;  // the weights are as an earlier call left them in `scratch`
  float *scratch;  // elbo_conv_scratch(…) floats, then elbo_conv_winograd_scratch(…) or elbo_conv_thin_scratch(…)
} elbo_conv_arguments;

void elbo_conv(const void *arguments);
void elbo_conv_winograd(const void *arguments);
void elbo_conv_thin(const void *arguments);
int64_t elbo_conv_scratch(int32_t tapCount, int32_t inChannels, int32_t outChannels);
int64_t elbo_conv_winograd_scratch(const elbo_conv_tiles *tiles, int32_t count, int32_t inChannels,
                                   int32_t outChannels);
int64_t elbo_conv_thin_scratch(const elbo_conv_padded *padded, int32_t inChannels);

/// w[tap, c, o] = Σ_image Σ_pixel x[image, pixel + tap, c] · y[image, pixel, o], laid out as above; one group, whose
/// targets say where the pixels of y are, or tiles, or a group of the pixels that are in no tile, or a padded image.
typedef struct {
  const float *x, *y;
  float *weights;
  int64_t images, xStride, yStride;
  int32_t inChannels, outChannels, inStride, outStride;
  const elbo_conv_group *group;  // null when all pixels are in tiles
  const elbo_conv_tiles *tiles;  // null when none is
  const elbo_conv_padded *padded;  // null when there are groups or tiles
  int32_t kernelPositions;
  int32_t continues;   // adds to the sum that an earlier call left in `scratch`
  int32_t unfinished;  // a later call goes on: leaves the sum in `scratch` only
  float *scratch;  // elbo_conv_weight_scratch(…), then elbo_conv_winograd_weight_scratch(…) or elbo_conv_thin_scratch(…)
} elbo_conv_weight_arguments;

void elbo_conv_weight(const void *arguments);
void elbo_conv_winograd_weight(const void *arguments);
void elbo_conv_thin_weight(const void *arguments);
int64_t elbo_conv_weight_scratch(int32_t tapCount, int32_t inChannels, int32_t outChannels);
int64_t elbo_conv_winograd_weight_scratch(const elbo_conv_tiles *tiles, int32_t inChannels, int32_t outChannels);

#ifdef __cplusplus
}
#endif
#endif
