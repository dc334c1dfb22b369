// The digits data set, inside the program.
#ifndef ELBO_DIGITS_H
#define ELBO_DIGITS_H

#include <stddef.h>

/// The gzip stream and its length.
const unsigned char *elbo_digits_bytes(void);
size_t elbo_digits_count(void);

#endif
