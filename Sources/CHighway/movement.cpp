// Movement without arithmetic: strided copies, rows of tables, pooling. Plain C++, which compilers vectorize well.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "simd.h"
#include "transpose.h"

namespace {

// A plane with the source contiguous along one axis and the destination along the other, in blocks that fit L1.
void TransposePlane(const float *source, float *destination, int64_t rows, int64_t columns, int64_t sourceColumn,
                    int64_t destinationRow) {
  constexpr int64_t kBlock = 32;
  for (int64_t r0 = 0; r0 < rows; r0 += kBlock) {
    const int64_t r1 = std::min(r0 + kBlock, rows), wholeRows = r0 + (r1 - r0) / 4 * 4;
    for (int64_t c0 = 0; c0 < columns; c0 += kBlock) {
      const int64_t c1 = std::min(c0 + kBlock, columns), wholeColumns = c0 + (c1 - c0) / 4 * 4;
      for (int64_t r = r0; r < wholeRows; r += 4) {
        for (int64_t c = c0; c < wholeColumns; c += 4) {
          elbo::Transpose4(source + r + c * sourceColumn, sourceColumn, destination + r * destinationRow + c,
                           destinationRow);
        }
      }
      for (int64_t r = r0; r < r1; r++) {
        for (int64_t c = r < wholeRows ? wholeColumns : c0; c < c1; c++) {
          destination[r * destinationRow + c] = source[r + c * sourceColumn];
        }
      }
    }
  }
}

void CopyAxis(const elbo_copy_arguments &a, int axis, const float *source, float *destination) {
  const int64_t extent = a.extent[axis], from = a.sourceStride[axis], to = a.destinationStride[axis];
  if (axis == a.rank - 1) {
    if (from == 1 && to == 1) {
      std::memcpy(destination, source, static_cast<size_t>(extent) * sizeof(float));
    } else {
      for (int64_t i = 0; i < extent; i++) destination[i * to] = source[i * from];
    }
    return;
  }
  if (axis == a.rank - 2) {
    const int64_t inner = a.extent[axis + 1], innerFrom = a.sourceStride[axis + 1], innerTo = a.destinationStride[axis + 1];
    if (from == 1 && innerTo == 1 && innerFrom > 1) return TransposePlane(source, destination, extent, inner, innerFrom, to);
    if (innerFrom == 1 && to == 1 && innerTo > 1) return TransposePlane(source, destination, inner, extent, from, innerTo);
  }
  for (int64_t i = 0; i < extent; i++) CopyAxis(a, axis + 1, source + i * from, destination + i * to);
}

// What an index is clamped to; not-a-number and everything below is the first row. Compared before it is converted, as
// a float beyond the integers converts to no number at all. `rows` may be rounded up by the comparison, hence the minimum.
int64_t Row(float index, int64_t rows) {
  if (!(index > 0)) return 0;
  if (index >= static_cast<float>(rows)) return rows - 1;
  return std::min(static_cast<int64_t>(index), rows - 1);
}

// Visits the taps of one window inside the image: `visit(offset)`.
template <class Visit>
void Window(const elbo_pool_arguments &p, int64_t row, int64_t column, Visit visit) {
  for (int u = 0; u < p.kernel[0]; u++) {
    const int64_t y = row * p.stride[0] + u * p.dilation[0] - p.pad[0];
    if (y < 0 || y >= p.height) continue;
    for (int v = 0; v < p.kernel[1]; v++) {
      const int64_t x = column * p.stride[1] + v * p.dilation[1] - p.pad[1];
      if (x >= 0 && x < p.width) visit(y * p.width + x);
    }
  }
}

}  // namespace

extern "C" void elbo_copy(const void *arguments) {
  const elbo_copy_arguments &a = *static_cast<const elbo_copy_arguments *>(arguments);
  for (int axis = 0; axis < a.rank; axis++) {
    if (a.extent[axis] == 0) return;
  }
  if (a.rank == 0) {
    *a.destination = *a.source;
  } else {
    CopyAxis(a, 0, a.source, a.destination);
  }
}

extern "C" void elbo_fill(const void *arguments) {
  const elbo_fill_arguments &a = *static_cast<const elbo_fill_arguments *>(arguments);
  std::fill(a.destination, a.destination + a.count, a.value);
}

extern "C" void elbo_gather_rows(const void *arguments) {
  const elbo_rows_arguments &a = *static_cast<const elbo_rows_arguments *>(arguments);
  for (int64_t i = 0; i < a.count; i++) {
    const float index = a.indices[i];
    // Not so of NaN.
    const bool isInside = index > -1.0f && index < static_cast<float>(a.tableRows);
    if (!isInside && a.fault && a.fault->row < 0) *a.fault = {i, index};
    const float *from = a.source + Row(index, a.tableRows) * a.width;
    std::memcpy(a.destination + i * a.width + a.columnBegin, from + a.columnBegin,
                static_cast<size_t>(a.columnEnd - a.columnBegin) * sizeof(float));
  }
}

extern "C" void elbo_scatter_rows(const void *arguments) {
  const elbo_rows_arguments &a = *static_cast<const elbo_rows_arguments *>(arguments);
  for (int64_t r = 0; r < a.tableRows; r++) {
    std::fill(a.destination + r * a.width + a.columnBegin, a.destination + r * a.width + a.columnEnd, 0.0f);
  }
  for (int64_t i = 0; i < a.count; i++) {
    float *to = a.destination + Row(a.indices[i], a.tableRows) * a.width;
    for (int64_t c = a.columnBegin; c < a.columnEnd; c++) to[c] += a.source[i * a.width + c];
  }
}

extern "C" void elbo_arg_max(const void *arguments) {
  const elbo_arg_max_arguments &a = *static_cast<const elbo_arg_max_arguments *>(arguments);
  for (int64_t row = 0; row < a.rows; row++) {
    const float *x = a.source + row * a.columns;
    int64_t largest = 0;
    for (int64_t c = 1; c < a.columns && !std::isnan(x[largest]); c++) {
      if (x[c] > x[largest] || std::isnan(x[c])) largest = c;
    }
    a.destination[row] = static_cast<float>(largest);
  }
}

extern "C" void elbo_pool(const void *arguments) {
  const elbo_pool_arguments &p = *static_cast<const elbo_pool_arguments *>(arguments);
  for (int64_t plane = 0; plane < p.planes; plane++) {
    const float *x = p.x + plane * p.height * p.width;
    float *to = p.result + plane * p.outHeight * p.outWidth;
    for (int64_t row = 0; row < p.outHeight; row++) {
      for (int64_t column = 0; column < p.outWidth; column++) {
        float largest = -HUGE_VALF, sum = 0;
        int taps = 0;
        Window(p, row, column, [&](int64_t at) {
          if (x[at] > largest || std::isnan(x[at])) largest = x[at];
          sum += x[at];
          taps++;
        });
        to[row * p.outWidth + column] = p.average ? sum / static_cast<float>(taps) : largest;
      }
    }
  }
}

extern "C" void elbo_pool_gradient(const void *arguments) {
  const elbo_pool_arguments &p = *static_cast<const elbo_pool_arguments *>(arguments);
  for (int64_t plane = 0; plane < p.planes; plane++) {
    const float *x = p.x + plane * p.height * p.width;
    const float *y = p.y + plane * p.outHeight * p.outWidth;
    const float *gradient = p.gradient + plane * p.outHeight * p.outWidth;
    float *to = p.result + plane * p.height * p.width;
    std::fill(to, to + p.height * p.width, 0.0f);
    for (int64_t row = 0; row < p.outHeight; row++) {
      for (int64_t column = 0; column < p.outWidth; column++) {
        const int64_t at = row * p.outWidth + column;
        int taps = 0;
        int64_t first = -1;
        Window(p, row, column, [&](int64_t tap) {
          taps++;
          if (first < 0 && x[tap] == y[at]) first = tap;
        });
        if (p.average) {
          const float share = gradient[at] / static_cast<float>(taps);
          Window(p, row, column, [&](int64_t tap) { to[tap] += share; });
        } else if (first >= 0) {
          to[first] += gradient[at];
        }
      }
    }
  }
}
