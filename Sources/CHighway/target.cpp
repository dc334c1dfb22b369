// Which instruction sets the kernels use: the widest that the CPU has, unless the environment asks for narrower ones.
//
// ELBO_SIMD=avx2 leaves AVX-512 unused, ELBO_SIMD=sse4 AVX2 as well. So one machine can run every test as the CPUs without
// them do; results differ in rounding. Read once, before anything runs, by whatever program the kernels are linked into.
#include <cstdlib>
#include <cstring>

#include "hwy/highway.h"
#include "hwy/targets.h"

namespace {

// Every target above AVX2, by whatever names this version of Highway has for them: a better target is a lower bit.
constexpr auto kWiderThanAVX2 = HWY_AVX2 - 1;

__attribute__((constructor)) void LimitTargets() {
  const char *wanted = std::getenv("ELBO_SIMD");
  if (!wanted) return;
  if (std::strcmp(wanted, "avx2") == 0) {
    hwy::DisableTargets(kWiderThanAVX2);
  } else if (std::strcmp(wanted, "sse4") == 0) {
    hwy::DisableTargets(kWiderThanAVX2 | HWY_AVX2);
  } else {
    return;
  }
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

}  // namespace

// The lowest bit is the best target.
extern "C" const char *elbo_simd_target(void) {
  const int64_t supported = hwy::SupportedTargets();
  return hwy::TargetName(supported & -supported);
}
