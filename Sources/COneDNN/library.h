// The functions of oneDNN that are used, looked up when they are first needed.
#ifndef ELBO_DNN_LIBRARY_H
#define ELBO_DNN_LIBRARY_H

#include <oneapi/dnnl/dnnl.h>

#if DNNL_VERSION_MAJOR >= 3
#define ELBO_DNN_VERSIONED(X)                       \
  X(dnnl_memory_desc_create_with_strides)           \
  X(dnnl_memory_desc_create_with_tag)               \
  X(dnnl_memory_desc_clone)                         \
  X(dnnl_memory_desc_destroy)                       \
  X(dnnl_matmul_primitive_desc_create)              \
  X(dnnl_convolution_forward_primitive_desc_create) \
  X(dnnl_convolution_backward_data_primitive_desc_create)    \
  X(dnnl_convolution_backward_weights_primitive_desc_create) \
  X(dnnl_deconvolution_forward_primitive_desc_create)
#else
#define ELBO_DNN_VERSIONED(X)                          \
  X(dnnl_memory_desc_init_by_strides)                  \
  X(dnnl_memory_desc_init_by_tag)                      \
  X(dnnl_primitive_desc_create)                        \
  X(dnnl_matmul_desc_init)                             \
  X(dnnl_dilated_convolution_forward_desc_init)        \
  X(dnnl_dilated_convolution_backward_data_desc_init)  \
  X(dnnl_dilated_convolution_backward_weights_desc_init) \
  X(dnnl_dilated_deconvolution_forward_desc_init)
#endif

#define ELBO_DNN_FUNCTIONS(X)           \
  X(dnnl_version)                       \
  X(dnnl_engine_create)                 \
  X(dnnl_stream_create)                 \
  X(dnnl_stream_destroy)                \
  X(dnnl_stream_wait)                   \
  X(dnnl_primitive_attr_create)         \
  X(dnnl_primitive_attr_destroy)        \
  X(dnnl_primitive_attr_set_post_ops)   \
  X(dnnl_primitive_attr_set_scratchpad_mode) \
  X(dnnl_post_ops_create)               \
  X(dnnl_post_ops_destroy)              \
  X(dnnl_post_ops_append_eltwise)       \
  X(dnnl_primitive_desc_query)          \
  X(dnnl_primitive_desc_query_md)       \
  X(dnnl_primitive_desc_destroy)        \
  X(dnnl_primitive_create)              \
  X(dnnl_primitive_execute)             \
  X(dnnl_primitive_destroy)             \
  X(dnnl_reorder_primitive_desc_create) \
  X(dnnl_memory_create)                 \
  X(dnnl_memory_destroy)                \
  X(dnnl_memory_set_data_handle)        \
  X(dnnl_memory_desc_get_size)          \
  X(dnnl_memory_desc_equal)             \
  ELBO_DNN_VERSIONED(X)

namespace elbo_dnn {

struct Library {
#define X(name) decltype(&::name) name = nullptr;
  ELBO_DNN_FUNCTIONS(X)
#undef X
  dnnl_engine_t engine = nullptr;
  char version[32] = "";
  char failure[256] = "";  // empty when all is well
};

/// Opened by the first call, for good; any thread may call.
const Library &library();

}  // namespace elbo_dnn
#endif
