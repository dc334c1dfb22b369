// PNG through libspng: reads every color type and depth, interlaced or not, as 8-bit gray or RGB; writes those two.
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

int elbo_png_probe(const uint8_t *bytes, size_t count, elbo_image_size *size, char *message) {
  struct spng_ihdr header;
  spng_ctx *context = open_png(bytes, count, &header, message);
  if (!context) return 0;
  spng_ctx_free(context);
  const int isGray =
      header.color_type == SPNG_COLOR_TYPE_GRAYSCALE || header.color_type == SPNG_COLOR_TYPE_GRAYSCALE_ALPHA;
  size->width = (int32_t)header.width;
  size->height = (int32_t)header.height;
  size->channels = isGray ? 1 : 3;
  return 1;
}

int elbo_png_decode(const uint8_t *bytes, size_t count, int channels, uint8_t *destination, size_t capacity,
                    char *message) {
  struct spng_ihdr header;
  spng_ctx *context = open_png(bytes, count, &header, message);
  if (!context) return 0;
  const size_t pixels = (size_t)header.width * header.height;
  const int isPlainGray = header.color_type == SPNG_COLOR_TYPE_GRAYSCALE && header.bit_depth <= 8;
  const int format = isPlainGray ? SPNG_FMT_G8 : SPNG_FMT_RGB8;
  const int decoded = isPlainGray ? 1 : 3;
  int status = pixels * (size_t)channels > capacity ? SPNG_EBUFSIZ : 0;
  uint8_t *own = NULL;
  if (!status && decoded != channels) {
    own = malloc(pixels * (size_t)decoded);
    if (!own) status = SPNG_EMEM;
  }
  uint8_t *target = own ? own : destination;
  if (!status) status = spng_decode_image(context, target, pixels * (size_t)decoded, format, 0);
  if (!status && own) elbo_convert(own, decoded, destination, channels, pixels);
  if (status) snprintf(message, ELBO_IMAGE_MESSAGE, "PNG: %s", spng_strerror(status));
  free(own);
  spng_ctx_free(context);
  return status == 0;
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
