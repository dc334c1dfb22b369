#ifndef ELBO_SIMD_H
#define ELBO_SIMD_H
#endif
