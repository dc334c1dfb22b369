// Decoding of PNG (libspng) and JPEG (libjpeg-turbo) from memory.
#ifndef ELBO_IMAGES_H
#define ELBO_IMAGES_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { ELBO_IMAGE_NONE = 0, ELBO_IMAGE_PNG, ELBO_IMAGE_JPEG } elbo_image_format;

enum { ELBO_IMAGE_MESSAGE = 256, ELBO_IMAGE_MAX_SIDE = 16384, ELBO_IMAGE_MAX_PIXELS = 1 << 26 };

typedef struct {
  int32_t width, height;
  int32_t channels;  // 1 gray, 3 color; transparency is not counted
} elbo_image_size;

/// By the first bytes.
elbo_image_format elbo_image_format_of(const uint8_t *bytes, size_t count);

/// The size an image's header promises. False with the reason in `message`, also for sizes beyond the limits above.
int elbo_image_probe(const uint8_t *bytes, size_t count, elbo_image_size *size, char *message);

/// Writes height × width × channels bytes, interleaved; channels is 1 or 3. Color becomes gray by ITU-R 601-2 luma.
/// Data that end early or are damaged are an error: nothing is made up for them.
int elbo_image_decode(const uint8_t *bytes, size_t count, int channels, uint8_t *destination, size_t capacity,
                      char *message);

#ifdef __cplusplus
}
#endif
#endif
