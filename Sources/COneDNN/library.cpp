#include "library.h"

#include <dlfcn.h>

#include <cstdio>

namespace elbo_dnn {
namespace {

#define ELBO_TEXT_OF(x) #x
#define ELBO_TEXT(x) ELBO_TEXT_OF(x)
// The library whose headers this was compiled with, and no other: descriptors differ between major versions.
constexpr const char *kName = "libdnnl.so." ELBO_TEXT(DNNL_VERSION_MAJOR);

Library Open() {
  Library library;
  void *handle = dlopen(kName, RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    std::snprintf(library.failure, sizeof library.failure, "oneDNN cannot be opened: %s", dlerror());
    return library;
  }
#define X(name)                                                                                      \
  library.name = reinterpret_cast<decltype(library.name)>(dlsym(handle, #name));                     \
  if (!library.name) {                                                                               \
    std::snprintf(library.failure, sizeof library.failure, "%s has no function %s", kName, #name);   \
    return library;                                                                                  \
  }
  ELBO_DNN_FUNCTIONS(X)
#undef X
  const dnnl_version_t *version = library.dnnl_version();
  std::snprintf(library.version, sizeof library.version, "%d.%d.%d", version->major, version->minor, version->patch);
  if (version->cpu_runtime != DNNL_RUNTIME_OMP) {
    std::snprintf(library.failure, sizeof library.failure, "oneDNN %s does not run on OpenMP", library.version);
  } else if (library.dnnl_engine_create(&library.engine, dnnl_cpu, 0) != dnnl_success) {
    std::snprintf(library.failure, sizeof library.failure, "oneDNN %s has no CPU engine", library.version);
  }
  return library;
}

}  // namespace

const Library &library() {
  static const Library opened = Open();
  return opened;
}

}  // namespace elbo_dnn
