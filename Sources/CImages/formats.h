// The two decoders behind images.h.
#ifndef ELBO_IMAGE_FORMATS_H
#define ELBO_IMAGE_FORMATS_H

#include "images.h"

int elbo_png_probe(const uint8_t *bytes, size_t count, elbo_image_size *size, char *message);
int elbo_png_decode(const uint8_t *bytes, size_t count, int channels, uint8_t *destination, size_t capacity,
                    char *message);
int elbo_jpeg_probe(const uint8_t *bytes, size_t count, elbo_image_size *size, char *message);
int elbo_jpeg_decode(const uint8_t *bytes, size_t count, int channels, uint8_t *destination, size_t capacity,
                     char *message);

/// Gray to RGB or back: L = 0.299 R + 0.587 G + 0.114 B, in 16-bit fixed point.
void elbo_convert(const uint8_t *from, int fromChannels, uint8_t *to, int toChannels, size_t pixels);

#endif
