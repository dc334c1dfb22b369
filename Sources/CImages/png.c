// PNG through libspng: reads every color type and depth, interlaced or not; writes 8-bit gray and RGB.
#include <spng.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats.h"

static spng_ctx *open_png(const uint8_t *bytes, size_t count, struct spng_ihdr *header, char *message) {
  spng_ctx *context = spng_ctx_new(0);
  if (!context) {
    snprintf(message, ELBO_IMAGE_MESSAGE, "out of memory");
    return NULL;
  }
  spng_set_image_limits(context, ELBO_IMAGE_MAX_SIDE, ELBO_IMAGE_MAX_SIDE);
  // Text and color profiles are not needed: what is larger than this is not kept in memory.
  spng_set_chunk_limits(context, 1 << 20, 8 << 20);
  int status = spng_set_png_buffer(context, bytes, count);
  if (!status) status = spng_get_ihdr(context, header);
  if (status) {
    snprintf(message, ELBO_IMAGE_MESSAGE, "PNG: %s", spng_strerror(status));
    spng_ctx_free(context);
    return NULL;
  }
  return context;
}

static int isGray(const struct spng_ihdr *header) {
  return header->color_type == SPNG_COLOR_TYPE_GRAYSCALE || header->color_type == SPNG_COLOR_TYPE_GRAYSCALE_ALPHA;
}

static int hasAlpha(spng_ctx *context, const struct spng_ihdr *header) {
  struct spng_trns trns;
  return header->color_type == SPNG_COLOR_TYPE_GRAYSCALE_ALPHA ||
         header->color_type == SPNG_COLOR_TYPE_TRUECOLOR_ALPHA || spng_get_trns(context, &trns) == 0;
}

int elbo_png_probe(const uint8_t *bytes, size_t count, elbo_image_size *size, char *message) {
  struct spng_ihdr header;
  spng_ctx *context = open_png(bytes, count, &header, message);
  if (!context) return 0;
  size->width = (int32_t)header.width;
  size->height = (int32_t)header.height;
  size->channels = isGray(&header) ? 1 : 3;
  size->depth = header.bit_depth == 16 ? 16 : 8;
  size->hasAlpha = hasAlpha(context, &header);
  struct spng_exif exif;
  if (spng_get_exif(context, &exif) == 0) {
    size->orientation = elbo_exif_orientation((const uint8_t *)exif.data, exif.length);
  }
  spng_ctx_free(context);
  return 1;
}

int elbo_png_decode(const uint8_t *bytes, size_t count, elbo_pixels *pixels, char *message) {
  struct spng_ihdr header;
  spng_ctx *context = open_png(bytes, count, &header, message);
  if (!context) return 0;
  const int isDeep = header.bit_depth == 16, alpha = hasAlpha(context, &header);
  const int format = isDeep                     ? SPNG_FMT_RGBA16
                     : alpha                    ? SPNG_FMT_RGBA8
                     : isGray(&header)          ? SPNG_FMT_G8
                                                : SPNG_FMT_RGB8;
  const int decoded = isDeep || alpha ? 4 : isGray(&header) ? 1 : 3;
  int done = elbo_pixels_allocate(pixels, (int)header.width, (int)header.height, decoded, isDeep ? 16 : 8, message);
  if (done) {
    const size_t size = (size_t)header.width * header.height * decoded * (isDeep ? 2 : 1);
    const int status = spng_decode_image(context, pixels->data, size, format, alpha ? SPNG_DECODE_TRNS : 0);
    if (status) snprintf(message, ELBO_IMAGE_MESSAGE, "PNG: %s", spng_strerror(status));
    done = status == 0;
  }
  spng_ctx_free(context);
  // Gray was decoded as color: its first channel is all of it, for gray is converted to itself.
  if (done && decoded == 4 && isGray(&header)) {
    const size_t total = (size_t)header.width * header.height;
    for (size_t i = 0; i < total; i++) {
      if (isDeep) {
        uint16_t *p = pixels->data;
        p[2 * i] = p[4 * i];
        p[2 * i + 1] = p[4 * i + 3];
      } else {
        uint8_t *p = pixels->data;
        p[2 * i] = p[4 * i];
        p[2 * i + 1] = p[4 * i + 3];
      }
    }
    pixels->channels = 2;
  }
  return done;
}

// Figures and enlarged images repeat themselves to the left and from above: the fastest level with the two cheapest
// filters is a few percent larger than the best of all, and several times as fast.
static int set_speed(spng_ctx *context) {
  int status = spng_set_option(context, SPNG_IMG_COMPRESSION_LEVEL, 1);
  if (!status) status = spng_set_option(context, SPNG_FILTER_CHOICE, SPNG_FILTER_CHOICE_SUB | SPNG_FILTER_CHOICE_UP);
  return status;
}

uint8_t *elbo_png_encode(const uint8_t *pixels, int32_t width, int32_t height, int channels, size_t *count,
                         char *message) {
  spng_ctx *context = spng_ctx_new(SPNG_CTX_ENCODER);
  struct spng_ihdr header = {
      .width = (uint32_t)width,
      .height = (uint32_t)height,
      .bit_depth = 8,
      .color_type = channels == 1 ? SPNG_COLOR_TYPE_GRAYSCALE : SPNG_COLOR_TYPE_TRUECOLOR,
  };
  int status = context ? spng_set_option(context, SPNG_ENCODE_TO_BUFFER, 1) : SPNG_EMEM;
  if (!status) status = set_speed(context);
  if (!status) status = spng_set_ihdr(context, &header);
  const size_t size = (size_t)width * (size_t)height * (size_t)channels;
  if (!status) status = spng_encode_image(context, pixels, size, SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE);
  uint8_t *bytes = status ? NULL : spng_get_png_buffer(context, count, &status);
  if (!bytes) snprintf(message, ELBO_IMAGE_MESSAGE, "PNG: %s", spng_strerror(status));
  spng_ctx_free(context);
  return bytes;
}
