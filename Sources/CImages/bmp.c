// BMP through stb_image.
#include <stdio.h>
#include <stdlib.h>

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_BMP
#define STBI_NO_STDIO
#define STBI_MAX_DIMENSIONS 16384
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wunused-function"
#include <stb/stb_image.h>
#pragma clang diagnostic pop

#include "formats.h"

int elbo_bmp_probe(const uint8_t *bytes, size_t count, elbo_image_size *size, char *message) {
  int channels = 0;
  if (count > INT32_MAX || !stbi_info_from_memory(bytes, (int)count, &size->width, &size->height, &channels)) {
    snprintf(message, ELBO_IMAGE_MESSAGE, "BMP: the header is damaged or of a kind that is not read");
    return 0;
  }
  size->channels = 3;
  size->hasAlpha = channels == 4;
  return 1;
}

/// Whether the pixels that the header declares are in the file: stb_image makes up those that are missing.
static int isWhole(const uint8_t *bytes, size_t count, int64_t width, int64_t height) {
  if (count < 34) return 0;
  const uint32_t offset = bytes[10] | bytes[11] << 8 | bytes[12] << 16 | (uint32_t)bytes[13] << 24;
  const uint32_t header = bytes[14] | bytes[15] << 8 | bytes[16] << 16 | (uint32_t)bytes[17] << 24;
  const int64_t bits = header == 12 ? bytes[24] | bytes[25] << 8 : bytes[28] | bytes[29] << 8;
  const int64_t line = (width * bits + 31) / 32 * 4;
  return (int64_t)offset + line * height <= (int64_t)count;
}

int elbo_bmp_decode(const uint8_t *bytes, size_t count, elbo_pixels *pixels, char *message) {
  elbo_image_size size = {0};
  if (!elbo_bmp_probe(bytes, count, &size, message)) return 0;
  if (!isWhole(bytes, count, size.width, size.height)) {
    snprintf(message, ELBO_IMAGE_MESSAGE, "BMP: the data end early");
    return 0;
  }
  int width = 0, height = 0, channels = 0;
  const int wanted = size.hasAlpha ? 4 : 3;
  uint8_t *data = stbi_load_from_memory(bytes, (int)count, &width, &height, &channels, wanted);
  if (!data) {
    snprintf(message, ELBO_IMAGE_MESSAGE, "BMP: %s", stbi_failure_reason());
    return 0;
  }
  *pixels = (elbo_pixels){data, width, height, wanted, 8};
  return 1;
}
