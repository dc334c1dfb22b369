// JPEG through libjpeg-turbo: baseline and progressive, gray, color and CMYK. libjpeg reports by longjmp; nothing of that
// leaves this file.
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

#include "formats.h"

// A progressive file of few bytes can ask for thousands of passes over a large image.
enum { MAX_SCANS = 200 };

typedef struct {
  struct jpeg_error_mgr base;
  jmp_buf escape;
  char *message;
} error_manager;

static void fail(j_common_ptr info) {
  error_manager *errors = (error_manager *)info->err;
  char text[JMSG_LENGTH_MAX];
  errors->base.format_message(info, text);
  snprintf(errors->message, ELBO_IMAGE_MESSAGE, "JPEG: %s", text);
  longjmp(errors->escape, 1);
}

// libjpeg goes on with gray after these; an image that is partly made up is no data.
static void warn(j_common_ptr info, int level) {
  if (level >= 0) return;
  switch (info->err->msg_code) {
    case JWRN_HIT_MARKER:
    case JWRN_JPEG_EOF:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC:
    case JWRN_NOT_SEQUENTIAL:
    case JWRN_BOGUS_PROGRESSION: fail(info);
    default: break;
  }
}

static void monitor(j_common_ptr info) {
  if (!info->is_decompressor || ((j_decompress_ptr)info)->input_scan_number <= MAX_SCANS) return;
  error_manager *errors = (error_manager *)info->err;
  snprintf(errors->message, ELBO_IMAGE_MESSAGE, "JPEG: more than %d scans, refused", MAX_SCANS);
  longjmp(errors->escape, 1);
}

typedef struct {
  struct jpeg_decompress_struct info;
  struct jpeg_progress_mgr progress;
  error_manager errors;
  uint8_t *row;
} decoder;

static void begin(decoder *d, const uint8_t *bytes, size_t count) {
  jpeg_create_decompress(&d->info);
  d->progress.progress_monitor = monitor;
  d->info.progress = &d->progress;
  jpeg_mem_src(&d->info, bytes, (unsigned long)count);
  // EXIF lies in the first application segment.
  jpeg_save_markers(&d->info, JPEG_APP0 + 1, 0xFFFF);
  jpeg_read_header(&d->info, TRUE);
  if (d->info.num_components != 1 && d->info.num_components != 3 && d->info.num_components != 4) {
    snprintf(d->errors.message, ELBO_IMAGE_MESSAGE, "JPEG: %d components; gray, RGB and CMYK are read",
             d->info.num_components);
    longjmp(d->errors.escape, 1);
  }
}

static decoder *make(char *message) {
  decoder *d = calloc(1, sizeof(decoder));
  if (!d) {
    snprintf(message, ELBO_IMAGE_MESSAGE, "out of memory");
    return NULL;
  }
  d->info.err = jpeg_std_error(&d->errors.base);
  d->errors.base.error_exit = fail;
  d->errors.base.emit_message = warn;
  d->errors.message = message;
  return d;
}

static int finish(decoder *d, int done) {
  jpeg_destroy_decompress(&d->info);
  free(d->row);
  free(d);
  return done;
}

int elbo_jpeg_probe(const uint8_t *bytes, size_t count, elbo_image_size *size, char *message) {
  decoder *d = make(message);
  if (!d) return 0;
  if (setjmp(d->errors.escape)) return finish(d, 0);
  begin(d, bytes, count);
  size->width = (int32_t)d->info.image_width;
  size->height = (int32_t)d->info.image_height;
  size->channels = d->info.num_components == 1 ? 1 : 3;
  for (jpeg_saved_marker_ptr marker = d->info.marker_list; marker; marker = marker->next) {
    if (marker->data_length < 14 || memcmp(marker->data, "Exif\0\0", 6) != 0) continue;
    size->orientation = elbo_exif_orientation(marker->data + 6, marker->data_length - 6);
    break;
  }
  return finish(d, 1);
}

int elbo_jpeg_decode(const uint8_t *bytes, size_t count, elbo_pixels *pixels, char *message) {
  decoder *d = make(message);
  if (!d) return 0;
  if (setjmp(d->errors.escape)) return finish(d, 0);
  begin(d, bytes, count);
  const int stored = d->info.num_components, decoded = stored == 1 ? 1 : 3;
  d->info.out_color_space = stored == 1 ? JCS_GRAYSCALE : stored == 4 ? JCS_CMYK : JCS_RGB;
  jpeg_start_decompress(&d->info);
  const size_t width = d->info.output_width, height = d->info.output_height;
  if (width > ELBO_IMAGE_MAX_SIDE || height > ELBO_IMAGE_MAX_SIDE) {
    snprintf(message, ELBO_IMAGE_MESSAGE, "JPEG: larger than its header said");
    return finish(d, 0);
  }
  if (!elbo_pixels_allocate(pixels, (int)width, (int)height, decoded, 8, message)) return finish(d, 0);
  if (stored == 4) {
    d->row = malloc(width * 4);
    if (!d->row) {
      snprintf(message, ELBO_IMAGE_MESSAGE, "out of memory");
      return finish(d, 0);
    }
  }
  while (d->info.output_scanline < height) {
    uint8_t *line = (uint8_t *)pixels->data + d->info.output_scanline * width * (size_t)decoded;
    JSAMPROW rows[1] = {stored == 4 ? d->row : line};
    if (jpeg_read_scanlines(&d->info, rows, 1) != 1) break;
    // Adobe's programs store what is left of the light instead of the ink.
    for (size_t x = 0; stored == 4 && x < width; x++) {
      const int isInverted = d->info.saw_Adobe_marker;
      const int key = isInverted ? d->row[4 * x + 3] : 255 - d->row[4 * x + 3];
      for (int c = 0; c < 3; c++) {
        const int light = isInverted ? d->row[4 * x + c] : 255 - d->row[4 * x + c];
        line[3 * x + c] = (uint8_t)((light * key + 127) / 255);
      }
    }
  }
  jpeg_finish_decompress(&d->info);
  return finish(d, 1);
}
