#include "hwy/highway.h"
#include "hwy/targets.h"
#include "simd.h"

extern "C" void elbo_simd_limit(bool limited) {
  hwy::DisableTargets(limited ? (HWY_AVX3 | HWY_AVX3_DL) : 0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}
