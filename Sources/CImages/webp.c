// WebP through libwebp.
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <webp/decode.h>

#include "formats.h"
#include "library.h"

static struct {
  __typeof__(&WebPGetFeaturesInternal) features;
  __typeof__(&WebPDecodeRGBAInto) decode;
} lib;

static char failure[ELBO_IMAGE_MESSAGE];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
  void *library = dlopen("libwebp.so.7", RTLD_NOW | RTLD_LOCAL);
  lib.features = (__typeof__(lib.features))elbo_library_function(library, "WebPGetFeaturesInternal", "libwebp7", failure);
  lib.decode = (__typeof__(lib.decode))elbo_library_function(library, "WebPDecodeRGBAInto", "libwebp7", failure);
}

int elbo_webp_probe(const uint8_t *bytes, size_t count, elbo_image_size *size, char *message) {
  pthread_once(&once, load);
  if (!lib.features || !lib.decode) {
    memcpy(message, failure, sizeof failure);
    return 0;
  }
  WebPBitstreamFeatures features;
  if (lib.features(bytes, count, &features, WEBP_DECODER_ABI_VERSION) != VP8_STATUS_OK) {
    snprintf(message, ELBO_IMAGE_MESSAGE, "WebP: the header is damaged or incomplete");
    return 0;
  }
  if (features.has_animation) {
    snprintf(message, ELBO_IMAGE_MESSAGE, "WebP: it is animated; save one of its frames");
    return 0;
  }
  size->width = features.width;
  size->height = features.height;
  size->channels = 3;
  size->hasAlpha = features.has_alpha;
  return 1;
}

int elbo_webp_decode(const uint8_t *bytes, size_t count, elbo_pixels *pixels, char *message) {
  elbo_image_size size;
  if (!elbo_webp_probe(bytes, count, &size, message)) return 0;
  if (!elbo_pixels_allocate(pixels, size.width, size.height, 4, 8, message)) return 0;
  if (lib.decode(bytes, count, pixels->data, (size_t)size.width * size.height * 4, size.width * 4)) return 1;
  snprintf(message, ELBO_IMAGE_MESSAGE, "WebP: the data are damaged or end early");
  return 0;
}
