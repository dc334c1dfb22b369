#include "descriptors.h"

namespace elbo_dnn {
namespace {

#if DNNL_VERSION_MAJOR < 3
template <class Operation>
dnnl_primitive_desc_t Described(
    dnnl_status_t status, const Operation &operation, dnnl_primitive_attr_t attributes,
    dnnl_primitive_desc_t forward = nullptr) {
  const Library &l = library();
  dnnl_primitive_desc_t description = nullptr;
  if (status != dnnl_success) return nullptr;
  if (l.dnnl_primitive_desc_create(&description, &operation, attributes, l.engine, forward) != dnnl_success) {
    return nullptr;
  }
  return description;
}
#else
dnnl_primitive_desc_t Described(dnnl_status_t status, dnnl_primitive_desc_t description) {
  return status == dnnl_success ? description : nullptr;
}
#endif

}  // namespace

#if DNNL_VERSION_MAJOR >= 3

Layout Layout::Strided(int rank, const int64_t *extents, const int64_t *strides) {
  Layout layout;
  library().dnnl_memory_desc_create_with_strides(&layout.descriptor_, rank, extents, dnnl_f32, strides);
  return layout;
}

Layout Layout::Any(int rank, const int64_t *extents) {
  Layout layout;
  library().dnnl_memory_desc_create_with_tag(&layout.descriptor_, rank, extents, dnnl_f32, dnnl_format_tag_any);
  return layout;
}

Layout::Layout(Layout &&other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = nullptr; }

Layout::~Layout() {
  if (descriptor_) library().dnnl_memory_desc_destroy(descriptor_);
}

LayoutRef Layout::get() const { return descriptor_; }

dnnl_primitive_desc_t DescribeMatmul(
    const Layout &a, const Layout &b, const Layout &bias, const Layout &c, dnnl_primitive_attr_t attributes) {
  const Library &l = library();
  dnnl_primitive_desc_t d = nullptr;
  const dnnl_status_t status =
      l.dnnl_matmul_primitive_desc_create(&d, l.engine, a.get(), b.get(), bias.get(), c.get(), attributes);
  return Described(status, d);
}

dnnl_primitive_desc_t DescribeForward(
    const Layout &x, const Layout &w, const Layout &bias, const Layout &y, const Sliding &s,
    dnnl_primitive_attr_t attributes) {
  const Library &l = library();
  dnnl_primitive_desc_t d = nullptr;
  const dnnl_status_t status = l.dnnl_convolution_forward_primitive_desc_create(
      &d, l.engine, dnnl_forward_training, dnnl_convolution_direct, x.get(), w.get(), bias.get(), y.get(), s.stride,
      s.dilation, s.padBefore, s.padAfter, attributes);
  return Described(status, d);
}

dnnl_primitive_desc_t DescribeTransposed(
    const Layout &y, const Layout &w, const Layout &bias, const Layout &x, const Sliding &s,
    dnnl_primitive_attr_t attributes) {
  const Library &l = library();
  dnnl_primitive_desc_t d = nullptr;
  const dnnl_status_t status = l.dnnl_deconvolution_forward_primitive_desc_create(
      &d, l.engine, dnnl_forward_training, dnnl_deconvolution_direct, y.get(), w.get(), bias.get(), x.get(), s.stride,
      s.dilation, s.padBefore, s.padAfter, attributes);
  return Described(status, d);
}

dnnl_primitive_desc_t DescribeData(
    const Layout &x, const Layout &w, const Layout &y, const Sliding &s, dnnl_primitive_desc_t forward,
    dnnl_primitive_attr_t attributes) {
  const Library &l = library();
  dnnl_primitive_desc_t d = nullptr;
  const dnnl_status_t status = l.dnnl_convolution_backward_data_primitive_desc_create(
      &d, l.engine, dnnl_convolution_direct, x.get(), w.get(), y.get(), s.stride, s.dilation, s.padBefore, s.padAfter,
      forward, attributes);
  return Described(status, d);
}

dnnl_primitive_desc_t DescribeWeights(
    const Layout &x, const Layout &w, const Layout &y, const Sliding &s, dnnl_primitive_desc_t forward,
    dnnl_primitive_attr_t attributes) {
  const Library &l = library();
  dnnl_primitive_desc_t d = nullptr;
  const dnnl_status_t status = l.dnnl_convolution_backward_weights_primitive_desc_create(
      &d, l.engine, dnnl_convolution_direct, x.get(), w.get(), nullptr, y.get(), s.stride, s.dilation, s.padBefore,
      s.padAfter, forward, attributes);
  return Described(status, d);
}

#else

Layout Layout::Strided(int rank, const int64_t *extents, const int64_t *strides) {
  Layout layout;
  layout.exists_ =
      library().dnnl_memory_desc_init_by_strides(&layout.descriptor_, rank, extents, dnnl_f32, strides) == dnnl_success;
  return layout;
}

Layout Layout::Any(int rank, const int64_t *extents) {
  Layout layout;
  layout.exists_ = library().dnnl_memory_desc_init_by_tag(
                       &layout.descriptor_, rank, extents, dnnl_f32, dnnl_format_tag_any) == dnnl_success;
  return layout;
}

Layout::Layout(Layout &&other) noexcept : descriptor_(other.descriptor_), exists_(other.exists_) {}

Layout::~Layout() {}

LayoutRef Layout::get() const { return exists_ ? &descriptor_ : nullptr; }

dnnl_primitive_desc_t DescribeMatmul(
    const Layout &a, const Layout &b, const Layout &bias, const Layout &c, dnnl_primitive_attr_t attributes) {
  dnnl_matmul_desc_t operation;
  return Described(
      library().dnnl_matmul_desc_init(&operation, a.get(), b.get(), bias.get(), c.get()), operation, attributes);
}

dnnl_primitive_desc_t DescribeForward(
    const Layout &x, const Layout &w, const Layout &bias, const Layout &y, const Sliding &s,
    dnnl_primitive_attr_t attributes) {
  dnnl_convolution_desc_t operation;
  const dnnl_status_t status = library().dnnl_dilated_convolution_forward_desc_init(
      &operation, dnnl_forward_training, dnnl_convolution_direct, x.get(), w.get(), bias.get(), y.get(), s.stride,
      s.dilation, s.padBefore, s.padAfter);
  return Described(status, operation, attributes);
}

dnnl_primitive_desc_t DescribeTransposed(
    const Layout &y, const Layout &w, const Layout &bias, const Layout &x, const Sliding &s,
    dnnl_primitive_attr_t attributes) {
  dnnl_deconvolution_desc_t operation;
  const dnnl_status_t status = library().dnnl_dilated_deconvolution_forward_desc_init(
      &operation, dnnl_forward_training, dnnl_deconvolution_direct, y.get(), w.get(), bias.get(), x.get(), s.stride,
      s.dilation, s.padBefore, s.padAfter);
  return Described(status, operation, attributes);
}

dnnl_primitive_desc_t DescribeData(
    const Layout &x, const Layout &w, const Layout &y, const Sliding &s, dnnl_primitive_desc_t forward,
    dnnl_primitive_attr_t attributes) {
  dnnl_convolution_desc_t operation;
  const dnnl_status_t status = library().dnnl_dilated_convolution_backward_data_desc_init(
      &operation, dnnl_convolution_direct, x.get(), w.get(), y.get(), s.stride, s.dilation, s.padBefore, s.padAfter);
  return Described(status, operation, attributes, forward);
}

dnnl_primitive_desc_t DescribeWeights(
    const Layout &x, const Layout &w, const Layout &y, const Sliding &s, dnnl_primitive_desc_t forward,
    dnnl_primitive_attr_t attributes) {
  dnnl_convolution_desc_t operation;
  const dnnl_status_t status = library().dnnl_dilated_convolution_backward_weights_desc_init(
      &operation, dnnl_convolution_direct, x.get(), w.get(), nullptr, y.get(), s.stride, s.dilation, s.padBefore,
      s.padAfter);
  return Described(status, operation, attributes, forward);
}

#endif

dnnl_primitive_attr_t Attributes(elbo_dnn_activation activation) {
  const Library &l = library();
  dnnl_primitive_attr_t attributes = nullptr;
  if (l.dnnl_primitive_attr_create(&attributes) != dnnl_success) return nullptr;
  l.dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user);
  if (activation == ELBO_DNN_NONE) return attributes;
  const dnnl_alg_kind_t algorithm = activation == ELBO_DNN_RELU   ? dnnl_eltwise_relu
                                    : activation == ELBO_DNN_TANH ? dnnl_eltwise_tanh
                                                                  : dnnl_eltwise_logistic;
  dnnl_post_ops_t operations = nullptr;
  l.dnnl_post_ops_create(&operations);
#if DNNL_VERSION_MAJOR >= 3
  l.dnnl_post_ops_append_eltwise(operations, algorithm, 0, 0);
#else
  l.dnnl_post_ops_append_eltwise(operations, 1, algorithm, 0, 0);
#endif
  l.dnnl_primitive_attr_set_post_ops(attributes, operations);
  l.dnnl_post_ops_destroy(operations);
  return attributes;
}

}  // namespace elbo_dnn
