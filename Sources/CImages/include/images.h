// Images from memory: PNG (libspng), JPEG (libjpeg-turbo), TIFF (libtiff), WebP (libwebp), GIF (giflib), BMP (stb_image)
// and the portable formats PBM, PGM and PPM; PNG and GIF into it.
#ifndef ELBO_IMAGES_H
#define ELBO_IMAGES_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  ELBO_IMAGE_NONE = 0,
  ELBO_IMAGE_PNG,
  ELBO_IMAGE_JPEG,
  ELBO_IMAGE_TIFF,
  ELBO_IMAGE_WEBP,
  ELBO_IMAGE_GIF,
  ELBO_IMAGE_BMP,
  ELBO_IMAGE_PNM
} elbo_image_format;

enum { ELBO_IMAGE_MESSAGE = 256, ELBO_IMAGE_MAX_SIDE = 16384, ELBO_IMAGE_MAX_PIXELS = 1 << 26, ELBO_IMAGE_HEAD = 16 };

typedef struct {
  int32_t width, height;  // upright, as they are decoded
  int32_t channels;       // 1 gray, 3 color; transparency is not counted
  int32_t depth;          // 8 or 16 bits a channel
  int32_t hasAlpha;       // whether pixels may be transparent
  int32_t orientation;    // of EXIF: 1 upright, up to 8
  int32_t frames;         // pages or frames in the file; the first is decoded
} elbo_image_size;

/// By the first bytes, of which ELBO_IMAGE_HEAD are enough.
elbo_image_format elbo_image_format_of(const uint8_t *bytes, size_t count);

/// The size an image's header promises. False with the reason in `message`, also for sizes beyond the limits above.
int elbo_image_probe(const uint8_t *bytes, size_t count, elbo_image_size *size, char *message);

/// Writes height × width × channels numbers, interleaved, upright; channels is 1 or 3, depth 8 (bytes) or 16 (uint16_t).
/// Transparent pixels are mixed with `background` (8-bit RGB) by their alpha. Color becomes gray by ITU-R 601-2 luma;
/// 8 bits become 16 by repeating them, 16 become 8 by rounding. Data that end early or are damaged are an error:
/// nothing is made up for them.
///
/// `capacity` counts numbers. Returns 0 on failure, 2 when a pixel was mixed with the background, else 1.
int elbo_image_decode(const uint8_t *bytes, size_t count, int channels, int depth, const uint8_t background[3],
                      void *destination, size_t capacity, char *message);

/// A PNG of 8-bit gray (channels 1) or RGB (3), to be freed; NULL with the reason in `message`.
uint8_t *elbo_png_encode(const uint8_t *pixels, int32_t width, int32_t height, int channels, size_t *count,
                         char *message);

/// An animation that is being written: one color table for all frames, endless repetition.
typedef struct elbo_gif elbo_gif;

/// Part of a picture, as indices into the color table.
typedef struct {
  int32_t left, top, width, height;
  /// Hundredths of a second that it is shown; negative in a picture that does not move.
  int32_t delay;
  /// The index that leaves a pixel as it was; negative for none.
  int32_t transparent;
} elbo_gif_frame;

/// `colors` are RGB, at most 256. NULL with the reason in `message`.
elbo_gif *elbo_gif_begin(int32_t width, int32_t height, const uint8_t *colors, int32_t count, int moves, char *message);

/// False with the reason in `message`.
int elbo_gif_add(elbo_gif *gif, elbo_gif_frame frame, const uint8_t *indices, char *message);

/// Ends the file and frees `gif`. Returns its bytes, to be freed; NULL with the reason in `message`.
uint8_t *elbo_gif_end(elbo_gif *gif, size_t *count, char *message);

#ifdef __cplusplus
}
#endif
#endif
