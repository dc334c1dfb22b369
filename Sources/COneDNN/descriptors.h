// What differs between oneDNN 2 and 3: how memory and primitives are described.
#ifndef ELBO_DNN_DESCRIPTORS_H
#define ELBO_DNN_DESCRIPTORS_H

#include <cstdint>

#include "library.h"
#include "primitives.h"

namespace elbo_dnn {

#if DNNL_VERSION_MAJOR >= 3
using LayoutRef = const_dnnl_memory_desc_t;
#else
using LayoutRef = const dnnl_memory_desc_t *;
#endif

/// Extents and where elements lie; `any` leaves the latter to oneDNN. Default-constructed: no operand at all.
class Layout {
 public:
  Layout() = default;
  static Layout Strided(int rank, const int64_t *extents, const int64_t *strides);
  static Layout Any(int rank, const int64_t *extents);
  Layout(Layout &&other) noexcept;
  Layout &operator=(Layout &&) = delete;
  ~Layout();

  /// NULL of no operand.
  LayoutRef get() const;

 private:
#if DNNL_VERSION_MAJOR >= 3
  dnnl_memory_desc_t descriptor_ = nullptr;
#else
  dnnl_memory_desc_t descriptor_ = {};
  bool exists_ = false;
#endif
};

/// How a convolution slides; oneDNN counts dilation from 0.
struct Sliding {
  dnnl_dims_t stride, dilation, padBefore, padAfter;
};

// Primitive descriptions, to be destroyed by the caller; NULL when oneDNN has no implementation.
dnnl_primitive_desc_t DescribeMatmul(
    const Layout &a, const Layout &b, const Layout &bias, const Layout &c, dnnl_primitive_attr_t attributes);
dnnl_primitive_desc_t DescribeForward(
    const Layout &x, const Layout &w, const Layout &bias, const Layout &y, const Sliding &sliding,
    dnnl_primitive_attr_t attributes);
dnnl_primitive_desc_t DescribeTransposed(
    const Layout &y, const Layout &w, const Layout &bias, const Layout &x, const Sliding &sliding,
    dnnl_primitive_attr_t attributes);
dnnl_primitive_desc_t DescribeData(
    const Layout &x, const Layout &w, const Layout &y, const Sliding &sliding, dnnl_primitive_desc_t forward,
    dnnl_primitive_attr_t attributes);
dnnl_primitive_desc_t DescribeWeights(
    const Layout &x, const Layout &w, const Layout &y, const Sliding &sliding, dnnl_primitive_desc_t forward,
    dnnl_primitive_attr_t attributes);

/// Scratch memory is the caller's; the activation, if any, is applied to the result.
dnnl_primitive_attr_t Attributes(elbo_dnn_activation activation);

}  // namespace elbo_dnn
#endif
