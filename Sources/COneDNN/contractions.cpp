#include <memory>

#include "primitive.h"

using namespace elbo_dnn;

namespace {

elbo_dnn_primitive *Finished(std::unique_ptr<elbo_dnn_primitive> primitive, const char **reason) {
  if (primitive->isWhole()) return primitive.release();
  *reason = "oneDNN could not make a primitive of its description";
  return nullptr;
}

}  // namespace

elbo_dnn_primitive *elbo_dnn_matmul(const elbo_dnn_matmul_shape *shape, const char **reason) {
  if ((*reason = elbo_dnn_unavailable())) return nullptr;
  const SingleThread single;
  const elbo_dnn_matmul_shape &s = *shape;
  const int64_t aExtents[] = {s.m, s.k}, bExtents[] = {s.k, s.n}, cExtents[] = {s.m, s.n}, biasExtents[] = {1, s.n};
  const int64_t aStrides[] = {s.transposeA ? 1 : s.lda, s.transposeA ? s.lda : 1};
  const int64_t bStrides[] = {s.transposeB ? 1 : s.ldb, s.transposeB ? s.ldb : 1};
  const int64_t cStrides[] = {s.ldc, 1}, biasStrides[] = {s.n, 1};
  const Layout a = Layout::Strided(2, aExtents, aStrides), b = Layout::Strided(2, bExtents, bStrides);
  const Layout c = Layout::Strided(2, cExtents, cStrides);
  const Layout bias = s.hasBias ? Layout::Strided(2, biasExtents, biasStrides) : Layout();
  const dnnl_primitive_attr_t attributes = Attributes(s.activation);
  const dnnl_primitive_desc_t description = DescribeMatmul(a, b, bias, c, attributes);
  library().dnnl_primitive_attr_destroy(attributes);
  if (!description) {
    *reason = "oneDNN has no matrix product of this shape";
    return nullptr;
  }
  auto primitive = std::make_unique<elbo_dnn_primitive>(description);
  primitive->Bind(kA, DNNL_ARG_SRC, a, dnnl_query_src_md);
  primitive->Bind(kB, DNNL_ARG_WEIGHTS, b, dnnl_query_weights_md);
  if (s.hasBias) primitive->Bind(kBias, DNNL_ARG_BIAS, bias, dnnl_query_weights_md, 1);
  primitive->Bind(kResult, DNNL_ARG_DST, c, dnnl_query_dst_md);
  return Finished(std::move(primitive), reason);
}

elbo_dnn_primitive *elbo_dnn_convolution(const elbo_dnn_convolution_shape *shape, const char **reason) {
  if ((*reason = elbo_dnn_unavailable())) return nullptr;
  const SingleThread single;
  const Library &l = library();
  const elbo_dnn_convolution_shape &s = *shape;
  Sliding sliding;
  const int64_t in[] = {s.height, s.width}, out[] = {s.outHeight, s.outWidth};
  for (int axis = 0; axis < 2; axis++) {
    const int64_t reach = (s.kernel[axis] - 1) * s.dilation[axis] + 1;
    sliding.stride[axis] = s.stride[axis];
    sliding.dilation[axis] = s.dilation[axis] - 1;
    sliding.padBefore[axis] = s.padBefore[axis];
    // What the last window needs; negative when it does not reach the end.
    sliding.padAfter[axis] = (out[axis] - 1) * s.stride[axis] + reach - in[axis] - s.padBefore[axis];
  }
  // Channels-last images in oneDNN's order of extents, [B, C, H, W].
  const int64_t xExtents[] = {s.images, s.inChannels, s.height, s.width};
  const int64_t xStrides[] = {s.height * s.width * s.inChannels, 1, s.width * s.inChannels, s.inChannels};
  const int64_t yExtents[] = {s.images, s.outChannels, s.outHeight, s.outWidth};
  const int64_t yStrides[] = {s.outHeight * s.outWidth * s.outChannels, 1, s.outWidth * s.outChannels, s.outChannels};
  const int64_t taps = s.kernel[0] * s.kernel[1];
  const int64_t wExtents[] = {s.outChannels, s.inChannels, s.kernel[0], s.kernel[1]};
  const int64_t wStrides[] = {s.inChannels * taps, taps, s.kernel[1], 1};
  const Layout x = Layout::Strided(4, xExtents, xStrides), y = Layout::Strided(4, yExtents, yStrides);
  const Layout w = Layout::Strided(4, wExtents, wStrides), anyW = Layout::Any(4, wExtents);
  const int64_t channels = s.kind == ELBO_DNN_TRANSPOSED ? s.inChannels : s.outChannels, one = 1;
  const Layout bias = s.hasBias ? Layout::Strided(1, &channels, &one) : Layout();
  const Layout none;

  const dnnl_primitive_attr_t attributes = Attributes(s.activation), plain = Attributes(ELBO_DNN_NONE);
  dnnl_primitive_desc_t description = nullptr, forward = nullptr;
  // A transposed convolution with bias or activation is oneDNN's deconvolution, whose weights are [I, O, kh, kw].
  const bool isDeconvolution = s.kind == ELBO_DNN_TRANSPOSED && (s.hasBias || s.activation != ELBO_DNN_NONE);
  const int64_t vExtents[] = {s.inChannels, s.outChannels, s.kernel[0], s.kernel[1]};
  const int64_t vStrides[] = {taps, s.inChannels * taps, s.kernel[1], 1};
  const Layout v = Layout::Strided(4, vExtents, vStrides), anyV = Layout::Any(4, vExtents);
  if (s.kind == ELBO_DNN_FORWARD) {
    description = DescribeForward(x, anyW, bias, y, sliding, attributes);
  } else if (isDeconvolution) {
    description = DescribeTransposed(y, anyV, bias, x, sliding, attributes);
  } else if ((forward = DescribeForward(x, anyW, none, y, sliding, plain))) {
    description = s.kind == ELBO_DNN_WEIGHTS ? DescribeWeights(x, anyW, y, sliding, forward, plain)
                                             : DescribeData(x, anyW, y, sliding, forward, plain);
    l.dnnl_primitive_desc_destroy(forward);
  }
  l.dnnl_primitive_attr_destroy(attributes);
  l.dnnl_primitive_attr_destroy(plain);
  if (!description) {
    *reason = "oneDNN has no convolution of this shape";
    return nullptr;
  }
  auto primitive = std::make_unique<elbo_dnn_primitive>(description);
  if (s.kind == ELBO_DNN_WEIGHTS) {
    primitive->Bind(kA, DNNL_ARG_SRC, x, dnnl_query_src_md);
    primitive->Bind(kB, DNNL_ARG_DIFF_DST, y, dnnl_query_diff_dst_md);
    primitive->Bind(kResult, DNNL_ARG_DIFF_WEIGHTS, w, dnnl_query_diff_weights_md);
  } else if (s.kind == ELBO_DNN_FORWARD || isDeconvolution) {
    primitive->Bind(kA, DNNL_ARG_SRC, isDeconvolution ? y : x, dnnl_query_src_md);
    primitive->Bind(kB, DNNL_ARG_WEIGHTS, isDeconvolution ? v : w, dnnl_query_weights_md);
    if (s.hasBias) primitive->Bind(kBias, DNNL_ARG_BIAS, bias, dnnl_query_weights_md, 1);
    primitive->Bind(kResult, DNNL_ARG_DST, isDeconvolution ? x : y, dnnl_query_dst_md);
  } else {
    primitive->Bind(kA, DNNL_ARG_DIFF_DST, y, dnnl_query_diff_dst_md);
    primitive->Bind(kB, DNNL_ARG_WEIGHTS, w, dnnl_query_weights_md);
    primitive->Bind(kResult, DNNL_ARG_DIFF_SRC, x, dnnl_query_diff_src_md);
  }
  return Finished(std::move(primitive), reason);
}
