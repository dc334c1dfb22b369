#include "images.h"

#include <stdio.h>
#include <string.h>

#include "formats.h"

elbo_image_format elbo_image_format_of(const uint8_t *bytes, size_t count) {
  static const uint8_t png[8] = {0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A};
  if (count >= 8 && memcmp(bytes, png, 8) == 0) return ELBO_IMAGE_PNG;
  if (count >= 3 && bytes[0] == 0xFF && bytes[1] == 0xD8 && bytes[2] == 0xFF) return ELBO_IMAGE_JPEG;
  return ELBO_IMAGE_NONE;
}

int elbo_image_probe(const uint8_t *bytes, size_t count, elbo_image_size *size, char *message) {
  int done = 0;
  switch (elbo_image_format_of(bytes, count)) {
    case ELBO_IMAGE_PNG: done = elbo_png_probe(bytes, count, size, message); break;
    case ELBO_IMAGE_JPEG: done = elbo_jpeg_probe(bytes, count, size, message); break;
    case ELBO_IMAGE_NONE: snprintf(message, ELBO_IMAGE_MESSAGE, "neither PNG nor JPEG"); break;
  }
  if (!done) return 0;
  const int64_t pixels = (int64_t)size->width * size->height;
  if (size->width < 1 || size->height < 1 || size->width > ELBO_IMAGE_MAX_SIDE || size->height > ELBO_IMAGE_MAX_SIDE ||
      pixels > ELBO_IMAGE_MAX_PIXELS) {
    snprintf(message, ELBO_IMAGE_MESSAGE, "an image of %dx%d pixels is refused; the limit is %d megapixels", size->width,
             size->height, ELBO_IMAGE_MAX_PIXELS >> 20);
    return 0;
  }
  return 1;
}

int elbo_image_decode(const uint8_t *bytes, size_t count, int channels, uint8_t *destination, size_t capacity,
                      char *message) {
  elbo_image_size size;
  if (!elbo_image_probe(bytes, count, &size, message)) return 0;
  return elbo_image_format_of(bytes, count) == ELBO_IMAGE_PNG
             ? elbo_png_decode(bytes, count, channels, destination, capacity, message)
             : elbo_jpeg_decode(bytes, count, channels, destination, capacity, message);
}

void elbo_convert(const uint8_t *from, int fromChannels, uint8_t *to, int toChannels, size_t pixels) {
  if (fromChannels == toChannels) {
    memcpy(to, from, pixels * (size_t)fromChannels);
  } else if (fromChannels == 1) {
    for (size_t i = 0; i < pixels; i++) to[3 * i] = to[3 * i + 1] = to[3 * i + 2] = from[i];
  } else {
    for (size_t i = 0; i < pixels; i++) {
      to[i] = (uint8_t)((from[3 * i] * 19595u + from[3 * i + 1] * 38470u + from[3 * i + 2] * 7471u + 0x8000u) >> 16);
    }
  }
}
