// One primitive with its operands, the reorders that bring them into the layouts it chose, and its scratch memory.
#ifndef ELBO_DNN_PRIMITIVE_H
#define ELBO_DNN_PRIMITIVE_H

#include <memory>
#include <vector>

#include "descriptors.h"

namespace elbo_dnn {

/// Memory of our own, 64-byte aligned.
struct Block {
  explicit Block(size_t bytes);
  ~Block();
  Block(const Block &) = delete;
  Block &operator=(const Block &) = delete;
  void *const base;
};

/// Has primitives made for one thread while it lives.
struct SingleThread {
  SingleThread();
  ~SingleThread();
  const int saved;
};

/// Where a caller's pointer goes.
enum Slot { kA, kB, kBias, kResult };

}  // namespace elbo_dnn

struct elbo_dnn_primitive {
  explicit elbo_dnn_primitive(dnnl_primitive_desc_t description);
  ~elbo_dnn_primitive();
  elbo_dnn_primitive(const elbo_dnn_primitive &) = delete;
  elbo_dnn_primitive &operator=(const elbo_dnn_primitive &) = delete;

  /// Binds a caller's array of `layout` to an operand; reordered at every run when the primitive expects another layout.
  void Bind(
      elbo_dnn::Slot slot, int argument, const elbo_dnn::Layout &layout, dnnl_query_t query, int index = 0);
  void Run(const elbo_dnn_arguments &arguments);
  bool isWhole() const { return isWhole_; }
  const char *implementation() const { return implementation_; }

 private:
  struct Operand {
    elbo_dnn::Slot slot;
    dnnl_memory_t callers, inner;
    dnnl_primitive_t reorder;
    std::unique_ptr<elbo_dnn::Block> block;
  };
  void Reorder(const Operand &operand, dnnl_memory_t from, dnnl_memory_t to);

  dnnl_primitive_desc_t description_;
  dnnl_primitive_t primitive_ = nullptr;
  dnnl_stream_t stream_ = nullptr;
  std::vector<Operand> operands_;
  std::vector<dnnl_exec_arg_t> arguments_;
  dnnl_memory_t scratch_ = nullptr;
  std::unique_ptr<elbo_dnn::Block> scratchBlock_;
  const char *implementation_ = "";
  bool isWhole_ = true;
};
#endif
