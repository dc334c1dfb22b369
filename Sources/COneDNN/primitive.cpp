#include "primitive.h"

#include <cstdlib>

extern "C" void omp_set_num_threads(int threads);
extern "C" int omp_get_max_threads(void);

namespace elbo_dnn {

Block::Block(size_t bytes) : base(std::aligned_alloc(64, (bytes + 127) / 64 * 64)) {}
Block::~Block() { std::free(base); }

SingleThread::SingleThread() : saved(omp_get_max_threads()) { omp_set_num_threads(1); }
SingleThread::~SingleThread() { omp_set_num_threads(saved); }

}  // namespace elbo_dnn

using namespace elbo_dnn;

elbo_dnn_primitive::elbo_dnn_primitive(dnnl_primitive_desc_t description) : description_(description) {
  const Library &l = library();
  isWhole_ = l.dnnl_primitive_create(&primitive_, description_) == dnnl_success &&
             l.dnnl_stream_create(&stream_, l.engine, dnnl_stream_default_flags) == dnnl_success;
  l.dnnl_primitive_desc_query(description_, dnnl_query_impl_info_str, 0, &implementation_);
  const LayoutRef scratch = l.dnnl_primitive_desc_query_md(description_, dnnl_query_scratchpad_md, 0);
  const size_t bytes = scratch ? l.dnnl_memory_desc_get_size(scratch) : 0;
  if (bytes > 0) {
    scratchBlock_ = std::make_unique<Block>(bytes);
    isWhole_ = isWhole_ && scratchBlock_->base &&
               l.dnnl_memory_create(&scratch_, scratch, l.engine, scratchBlock_->base) == dnnl_success;
    arguments_.push_back({DNNL_ARG_SCRATCHPAD, scratch_});
  }
}

elbo_dnn_primitive::~elbo_dnn_primitive() {
  const Library &l = library();
  for (Operand &operand : operands_) {
    if (operand.reorder) l.dnnl_primitive_destroy(operand.reorder);
    if (operand.inner != operand.callers) l.dnnl_memory_destroy(operand.inner);
    l.dnnl_memory_destroy(operand.callers);
  }
  if (scratch_) l.dnnl_memory_destroy(scratch_);
  if (stream_) l.dnnl_stream_destroy(stream_);
  if (primitive_) l.dnnl_primitive_destroy(primitive_);
  l.dnnl_primitive_desc_destroy(description_);
}

void elbo_dnn_primitive::Bind(Slot slot, int argument, const Layout &layout, dnnl_query_t query, int index) {
  const Library &l = library();
  Operand operand = {slot, nullptr, nullptr, nullptr, nullptr};
  const LayoutRef wanted = l.dnnl_primitive_desc_query_md(description_, query, index);
  isWhole_ = isWhole_ && wanted &&
             l.dnnl_memory_create(&operand.callers, layout.get(), l.engine, DNNL_MEMORY_NONE) == dnnl_success;
  if (!isWhole_) return;
  operand.inner = operand.callers;
  if (!l.dnnl_memory_desc_equal(layout.get(), wanted)) {
    operand.block = std::make_unique<Block>(l.dnnl_memory_desc_get_size(wanted));
    dnnl_primitive_desc_t reorder = nullptr;
    const LayoutRef from = slot == kResult ? wanted : layout.get(), to = slot == kResult ? layout.get() : wanted;
    isWhole_ = operand.block->base &&
               l.dnnl_memory_create(&operand.inner, wanted, l.engine, operand.block->base) == dnnl_success &&
               l.dnnl_reorder_primitive_desc_create(&reorder, from, l.engine, to, l.engine, nullptr) == dnnl_success &&
               l.dnnl_primitive_create(&operand.reorder, reorder) == dnnl_success;
    if (reorder) l.dnnl_primitive_desc_destroy(reorder);
  }
  arguments_.push_back({argument, operand.inner});
  operands_.push_back(std::move(operand));
}

void elbo_dnn_primitive::Reorder(const Operand &operand, dnnl_memory_t from, dnnl_memory_t to) {
  const dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
  library().dnnl_primitive_execute(operand.reorder, stream_, 2, arguments);
}

void elbo_dnn_primitive::Run(const elbo_dnn_arguments &call) {
  const Library &l = library();
  const SingleThread single;
  const float *const pointers[] = {call.a, call.b, call.bias, call.result};
  for (const Operand &operand : operands_) {
    l.dnnl_memory_set_data_handle(operand.callers, const_cast<float *>(pointers[operand.slot]));
    if (operand.reorder && operand.slot != kResult) Reorder(operand, operand.callers, operand.inner);
  }
  l.dnnl_primitive_execute(primitive_, stream_, static_cast<int>(arguments_.size()), arguments_.data());
  for (const Operand &operand : operands_) {
    if (operand.reorder && operand.slot == kResult) Reorder(operand, operand.inner, operand.callers);
  }
  l.dnnl_stream_wait(stream_);
  if (!call.gate) return;
  for (int64_t row = 0; row < call.gateRows; row++) {
    const float *gate = call.gate + row * call.gateStride;
    float *result = call.result + row * call.gateStride;
    for (int64_t column = 0; column < call.gateColumns; column++) {
      result[column] = gate[column] > 0 ? result[column] : 0;
    }
  }
}

const char *elbo_dnn_unavailable(void) { return library().failure[0] ? library().failure : nullptr; }
const char *elbo_dnn_version(void) { return library().version; }
const char *elbo_dnn_implementation(const elbo_dnn_primitive *primitive) { return primitive->implementation(); }
void elbo_dnn_destroy(elbo_dnn_primitive *primitive) { delete primitive; }

void elbo_dnn_run(const void *arguments) {
  const elbo_dnn_arguments &call = *static_cast<const elbo_dnn_arguments *>(arguments);
  call.primitive->Run(call);
}
