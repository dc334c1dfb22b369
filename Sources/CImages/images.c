#include "images.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats.h"

elbo_image_format elbo_image_format_of(const uint8_t *bytes, size_t count) {
  static const uint8_t png[8] = {0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A};
  if (count >= 8 && memcmp(bytes, png, 8) == 0) return ELBO_IMAGE_PNG;
  if (count >= 3 && bytes[0] == 0xFF && bytes[1] == 0xD8 && bytes[2] == 0xFF) return ELBO_IMAGE_JPEG;
  if (count >= 4 && (memcmp(bytes, "II*\0", 4) == 0 || memcmp(bytes, "MM\0*", 4) == 0)) return ELBO_IMAGE_TIFF;
  if (count >= 12 && memcmp(bytes, "RIFF", 4) == 0 && memcmp(bytes + 8, "WEBP", 4) == 0) return ELBO_IMAGE_WEBP;
  if (count >= 6 && (memcmp(bytes, "GIF87a", 6) == 0 || memcmp(bytes, "GIF89a", 6) == 0)) return ELBO_IMAGE_GIF;
  // BM, a size, two zeros, an offset below 64 KiB: texts may begin with BM.
  if (count >= 14 && bytes[0] == 'B' && bytes[1] == 'M' && memcmp(bytes + 6, "\0\0\0\0", 4) == 0 && bytes[13] == 0) {
    return ELBO_IMAGE_BMP;
  }
  if (count >= 4 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '6' &&
      (bytes[2] == ' ' || bytes[2] == '\n' || bytes[2] == '\r' || bytes[2] == '\t')) {
    // A width and a height, or a comment: a table may have a column P1.
    size_t at = 3, numbers = 0;
    while (at < count && at < ELBO_IMAGE_HEAD && numbers < 2 && bytes[at] >= '0' && bytes[at] <= '9') {
      while (at < count && bytes[at] >= '0' && bytes[at] <= '9') at++;
      if (at < count && bytes[at] != ' ' && bytes[at] != '\n' && bytes[at] != '\r') break;
      numbers++, at++;
    }
    if (bytes[3] == '#' || numbers == 2 || at >= ELBO_IMAGE_HEAD) return ELBO_IMAGE_PNM;
  }
  return ELBO_IMAGE_NONE;
}

int elbo_image_probe(const uint8_t *bytes, size_t count, elbo_image_size *size, char *message) {
  int done = 0;
  *size = (elbo_image_size){.depth = 8, .orientation = 1, .frames = 1};
  switch (elbo_image_format_of(bytes, count)) {
    case ELBO_IMAGE_PNG: done = elbo_png_probe(bytes, count, size, message); break;
    case ELBO_IMAGE_JPEG: done = elbo_jpeg_probe(bytes, count, size, message); break;
    case ELBO_IMAGE_TIFF: done = elbo_tiff_probe(bytes, count, size, message); break;
    case ELBO_IMAGE_WEBP: done = elbo_webp_probe(bytes, count, size, message); break;
    case ELBO_IMAGE_GIF: done = elbo_gif_probe(bytes, count, size, message); break;
    case ELBO_IMAGE_BMP: done = elbo_bmp_probe(bytes, count, size, message); break;
    case ELBO_IMAGE_PNM: done = elbo_pnm_probe(bytes, count, size, message); break;
    case ELBO_IMAGE_NONE: snprintf(message, ELBO_IMAGE_MESSAGE, "no format of images that is known"); break;
  }
  if (!done) return 0;
  const int64_t pixels = (int64_t)size->width * size->height;
  if (size->width < 1 || size->height < 1 || size->width > ELBO_IMAGE_MAX_SIDE || size->height > ELBO_IMAGE_MAX_SIDE ||
      pixels > ELBO_IMAGE_MAX_PIXELS) {
    snprintf(message, ELBO_IMAGE_MESSAGE, "an image of %dx%d pixels is refused; the limit is %d megapixels", size->width,
             size->height, ELBO_IMAGE_MAX_PIXELS >> 20);
    return 0;
  }
  if (size->orientation > 4) {
    const int32_t width = size->width;
    size->width = size->height;
    size->height = width;
  }
  return 1;
}

static int decode(const uint8_t *bytes, size_t count, elbo_pixels *pixels, char *message) {
  switch (elbo_image_format_of(bytes, count)) {
    case ELBO_IMAGE_PNG: return elbo_png_decode(bytes, count, pixels, message);
    case ELBO_IMAGE_JPEG: return elbo_jpeg_decode(bytes, count, pixels, message);
    case ELBO_IMAGE_TIFF: return elbo_tiff_decode(bytes, count, pixels, message);
    case ELBO_IMAGE_WEBP: return elbo_webp_decode(bytes, count, pixels, message);
    case ELBO_IMAGE_GIF: return elbo_gif_decode(bytes, count, pixels, message);
    case ELBO_IMAGE_BMP: return elbo_bmp_decode(bytes, count, pixels, message);
    case ELBO_IMAGE_PNM: return elbo_pnm_decode(bytes, count, pixels, message);
    default: return 0;
  }
}

int elbo_pixels_allocate(elbo_pixels *pixels, int width, int height, int channels, int depth, char *message) {
  *pixels = (elbo_pixels){NULL, width, height, channels, depth};
  pixels->data = malloc((size_t)width * height * channels * (depth / 8));
  if (!pixels->data) snprintf(message, ELBO_IMAGE_MESSAGE, "out of memory");
  return pixels->data != NULL;
}

/// Where pixel (x, y) of a stored image of this size comes to lie: EXIF's orientations.
static size_t upright(int orientation, int x, int y, int width, int height) {
  const int mirroredX = width - 1 - x, mirroredY = height - 1 - y;
  switch (orientation) {
    case 2: return (size_t)y * width + mirroredX;
    case 3: return (size_t)mirroredY * width + mirroredX;
    case 4: return (size_t)mirroredY * width + x;
    case 5: return (size_t)x * height + y;
    case 6: return (size_t)x * height + mirroredY;
    case 7: return (size_t)mirroredX * height + mirroredY;
    case 8: return (size_t)mirroredX * height + y;
    default: return (size_t)y * width + x;
  }
}

/// One channel of a pixel in 16 bits, so that every depth is mixed and converted alike.
static uint32_t value(const elbo_pixels *p, size_t index) {
  return p->depth == 8 ? ((const uint8_t *)p->data)[index] * 257u : ((const uint16_t *)p->data)[index];
}

static uint32_t mixed(uint32_t color, uint32_t alpha, uint8_t background) {
  const uint64_t sum = (uint64_t)color * alpha + (uint64_t)background * 257u * (65535u - alpha);
  return (uint32_t)((sum + 32767u) / 65535u);
}

static void put(void *destination, int depth, size_t index, uint32_t value) {
  if (depth == 8) {
    ((uint8_t *)destination)[index] = (uint8_t)((value + 128u) / 257u);
  } else {
    ((uint16_t *)destination)[index] = (uint16_t)value;
  }
}

/// Whether a pixel was mixed with the background.
static int finish(const elbo_pixels *p, int orientation, int channels, int depth, const uint8_t background[3], void *to) {
  const int colors = p->channels < 3 ? 1 : 3, hasAlpha = p->channels % 2 == 0;
  int isMixed = 0;
  for (int y = 0; y < p->height; y++) {
    for (int x = 0; x < p->width; x++) {
      const size_t from = ((size_t)y * p->width + x) * p->channels;
      uint32_t rgb[3];
      const uint32_t alpha = hasAlpha ? value(p, from + colors) : 65535u;
      isMixed |= alpha < 65535u;
      for (int c = 0; c < colors; c++) {
        rgb[c] = value(p, from + c);
        // Gray with alpha on a background in color is as gray as that.
        if (alpha < 65535u) rgb[c] = mixed(rgb[c], alpha, background[c]);
      }
      const size_t at = upright(orientation, x, y, p->width, p->height) * channels;
      if (channels == 1) {
        uint32_t gray = rgb[0];
        if (colors == 3 && depth == 8 && p->depth == 8) {
          gray = 257u * ((rgb[0] / 257u * 19595u + rgb[1] / 257u * 38470u + rgb[2] / 257u * 7471u + 0x8000u) >> 16);
        } else if (colors == 3) {
          gray = (uint32_t)(((uint64_t)rgb[0] * 19595u + (uint64_t)rgb[1] * 38470u + (uint64_t)rgb[2] * 7471u + 0x8000u) >> 16);
        }
        put(to, depth, at, gray);
      } else {
        for (int c = 0; c < 3; c++) put(to, depth, at + c, rgb[colors == 3 ? c : 0]);
      }
    }
  }
  return isMixed;
}

/// Eight bits without alpha that lie as they are asked for, or as gray of color: most images.
static void finishPlain(const elbo_pixels *p, int channels, uint8_t *to) {
  const uint8_t *from = p->data;
  const size_t pixels = (size_t)p->width * p->height;
  if (p->channels == channels) {
    memcpy(to, from, pixels * channels);
  } else if (p->channels == 1) {
    for (size_t i = 0; i < pixels; i++) to[3 * i] = to[3 * i + 1] = to[3 * i + 2] = from[i];
  } else {
    for (size_t i = 0; i < pixels; i++) {
      to[i] = (uint8_t)((from[3 * i] * 19595u + from[3 * i + 1] * 38470u + from[3 * i + 2] * 7471u + 0x8000u) >> 16);
    }
  }
}

int elbo_image_decode(const uint8_t *bytes, size_t count, int channels, int depth, const uint8_t background[3],
                      void *destination, size_t capacity, char *message) {
  elbo_image_size size;
  if (!elbo_image_probe(bytes, count, &size, message)) return 0;
  elbo_pixels pixels = {0};
  int done = decode(bytes, count, &pixels, message);
  if (done && ((size_t)pixels.width * pixels.height * channels > capacity ||
               (int64_t)pixels.width * pixels.height != (int64_t)size.width * size.height)) {
    snprintf(message, ELBO_IMAGE_MESSAGE, "the image is larger than its header says");
    done = 0;
  }
  if (done && depth == 8 && pixels.depth == 8 && pixels.channels % 2 == 1 && size.orientation == 1) {
    finishPlain(&pixels, channels, destination);
  } else if (done) {
    done = 1 + finish(&pixels, size.orientation, channels, depth, background, destination);
  }
  free(pixels.data);
  return done;
}

static uint32_t number(const uint8_t *bytes, int isBig, int size) {
  uint32_t value = 0;
  for (int i = 0; i < size; i++) value |= (uint32_t)bytes[isBig ? size - 1 - i : i] << (8 * i);
  return value;
}

int elbo_exif_orientation(const uint8_t *bytes, size_t count) {
  if (count < 8 || (memcmp(bytes, "II", 2) != 0 && memcmp(bytes, "MM", 2) != 0)) return 1;
  const int isBig = bytes[0] == 'M';
  const size_t directory = number(bytes + 4, isBig, 4);
  if (directory > count - 2) return 1;
  const size_t entries = number(bytes + directory, isBig, 2);
  for (size_t i = 0; i < entries; i++) {
    const size_t at = directory + 2 + 12 * i;
    if (at + 12 > count) return 1;
    if (number(bytes + at, isBig, 2) != 0x0112) continue;
    const uint32_t value = number(bytes + at + 8, isBig, 2);
    return value >= 1 && value <= 8 ? (int)value : 1;
  }
  return 1;
}
