// Resizing and cropping of planes: separable, banded matrices. Plain C++, which compilers vectorize well.
#include <algorithm>

#include "simd.h"

namespace {

// As wide as the widest image that is read.
constexpr int64_t kBlock = 2048;

template <class T>
void Plane(const elbo_resample_arguments &a, const T *from, float *to) {
  float row[kBlock];
  for (int64_t y = 0; y < a.outHeight; y++) {
    const float *weights = a.rowWeights + y * a.rowTaps;
    const T *first = from + a.rowStarts[y] * a.width;
    // Columns in blocks that the sum of rows fits into; output columns whose band lies inside follow at once.
    int64_t x = 0;
    while (x < a.outWidth) {
      const int64_t begin = a.columnStarts[x];
      const int64_t end = std::min(a.width, begin + kBlock);
      for (int64_t i = begin; i < end; i++) row[i - begin] = 0;
      for (int32_t tap = 0; tap < a.rowTaps; tap++) {
        const float weight = weights[tap];
        if (weight == 0) continue;
        const T *line = first + tap * a.width;
        for (int64_t i = begin; i < end; i++) row[i - begin] += weight * static_cast<float>(line[i]);
      }
      const int64_t started = x;
      while (x < a.outWidth && a.columnStarts[x] >= begin && a.columnStarts[x] + a.columnTaps <= end) {
        const float *w = a.columnWeights + x * a.columnTaps;
        const float *in = row + (a.columnStarts[x] - begin);
        float sum = 0;
        for (int32_t tap = 0; tap < a.columnTaps; tap++) sum += w[tap] * in[tap];
        to[y * a.outWidth + x] = sum * a.scale + a.offset;
        x++;
      }
      if (x == started) {
        // A band wider than the block: element by element.
        const float *w = a.columnWeights + x * a.columnTaps;
        float sum = 0;
        for (int32_t tap = 0; tap < a.columnTaps; tap++) {
          float column = 0;
          for (int32_t t = 0; t < a.rowTaps; t++) {
            column += weights[t] * static_cast<float>(first[t * a.width + begin + tap]);
          }
          sum += w[tap] * column;
        }
        to[y * a.outWidth + x] = sum * a.scale + a.offset;
        x++;
      }
    }
  }
}

}  // namespace

extern "C" void elbo_resample(const void *arguments) {
  const elbo_resample_arguments &a = *static_cast<const elbo_resample_arguments *>(arguments);
  for (int64_t plane = 0; plane < a.planes; plane++) {
    const int64_t at = plane * a.height * a.width;
    float *to = a.destination + plane * a.outHeight * a.outWidth;
    if (a.bytes) {
      Plane(a, a.bytes + at, to);
    } else {
      Plane(a, a.floats + at, to);
    }
  }
}
