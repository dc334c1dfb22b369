#include "digits.h"

// Found through the target's header search path, so that nothing depends on where the sources lie or the program goes.
__asm__(
    ".section .rodata\n"
    ".balign 16\n"
    "elbo_digits_begin:\n"
    ".incbin \"digits.gz\"\n"
    "elbo_digits_end:\n"
    ".byte 0\n"
    ".previous\n");

extern const unsigned char elbo_digits_begin[], elbo_digits_end[];

const unsigned char *elbo_digits_bytes(void) { return elbo_digits_begin; }
size_t elbo_digits_count(void) { return (size_t)(elbo_digits_end - elbo_digits_begin); }
