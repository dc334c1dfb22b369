// The decoders behind images.h, one file for each.
#ifndef ELBO_IMAGE_FORMATS_H
#define ELBO_IMAGE_FORMATS_H

#include "images.h"

/// Decoded pixels before they are turned upright, mixed with a background and converted.
typedef struct {
  void *data;        // uint8_t or uint16_t, interleaved; freed by the caller
  int width, height; // as stored
  int channels;      // 1 gray, 2 gray with alpha, 3 RGB, 4 RGB with alpha
  int depth;         // 8 or 16
} elbo_pixels;

#define ELBO_DECODER(name)                                                                        \
  int elbo_##name##_probe(const uint8_t *bytes, size_t count, elbo_image_size *size, char *message); \
  int elbo_##name##_decode(const uint8_t *bytes, size_t count, elbo_pixels *pixels, char *message)

ELBO_DECODER(png);
ELBO_DECODER(jpeg);
ELBO_DECODER(tiff);
ELBO_DECODER(webp);
ELBO_DECODER(gif);
ELBO_DECODER(bmp);
ELBO_DECODER(pnm);

/// The orientation in EXIF data that begin with their byte order, 1 to 8; 1 where there is none.
int elbo_exif_orientation(const uint8_t *bytes, size_t count);

/// Room for these pixels; false with a message when there is none.
int elbo_pixels_allocate(elbo_pixels *pixels, int width, int height, int channels, int depth, char *message);

#endif
