#include <zlib.h>

// inflateInit2 is a macro.
static inline int elbo_inflate_begin(z_streamp stream) { return inflateInit2(stream, 15 + 32); }
