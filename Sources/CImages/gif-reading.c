// GIF through giflib: the first frame on its canvas.
#include <gif_lib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats.h"

typedef struct {
  const uint8_t *bytes;
  size_t count, position;
} memory;

static int readMemory(GifFileType *file, GifByteType *to, int size) {
  memory *m = file->UserData;
  const size_t rest = m->count - m->position;
  const size_t got = (size_t)size < rest ? (size_t)size : rest;
  memcpy(to, m->bytes + m->position, got);
  m->position += got;
  return (int)got;
}

static GifFileType *open_gif(memory *m, char *message) {
  int status = 0;
  GifFileType *file = DGifOpen(m, readMemory, &status);
  if (!file) snprintf(message, ELBO_IMAGE_MESSAGE, "GIF: the header is damaged or incomplete");
  return file;
}

int elbo_gif_probe(const uint8_t *bytes, size_t count, elbo_image_size *size, char *message) {
  memory m = {bytes, count, 0};
  GifFileType *file = open_gif(&m, message);
  if (!file) return 0;
  size->width = file->SWidth;
  size->height = file->SHeight;
  size->channels = 3;
  // Whether a frame has transparent pixels is known when it is read.
  size->hasAlpha = 0;
  int status = 0;
  DGifCloseFile(file, &status);
  return 1;
}

/// Reads records up to the first image; its transparent color, or -1.
static int first(GifFileType *file, int *transparent) {
  GifRecordType type;
  *transparent = NO_TRANSPARENT_COLOR;
  while (DGifGetRecordType(file, &type) == GIF_OK) {
    if (type == IMAGE_DESC_RECORD_TYPE) return DGifGetImageDesc(file) == GIF_OK;
    if (type != EXTENSION_RECORD_TYPE) return 0;
    int code;
    GifByteType *block;
    if (DGifGetExtension(file, &code, &block) != GIF_OK) return 0;
    GraphicsControlBlock control;
    if (code == GRAPHICS_EXT_FUNC_CODE && block && DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK) {
      *transparent = control.TransparentColor;
    }
    while (block) {
      if (DGifGetExtensionNext(file, &block) != GIF_OK) return 0;
    }
  }
  return 0;
}

int elbo_gif_decode(const uint8_t *bytes, size_t count, elbo_pixels *pixels, char *message) {
  memory m = {bytes, count, 0};
  GifFileType *file = open_gif(&m, message);
  if (!file) return 0;
  int transparent, done = 0, status = 0;
  snprintf(message, ELBO_IMAGE_MESSAGE, "GIF: the data are damaged or end early");
  if (file->SWidth > 0 && file->SHeight > 0 && file->SWidth <= ELBO_IMAGE_MAX_SIDE && file->SHeight <= ELBO_IMAGE_MAX_SIDE &&
      first(file, &transparent)) {
    const GifImageDesc *image = &file->Image;
    const ColorMapObject *map = image->ColorMap ? image->ColorMap : file->SColorMap;
    const int isInside = image->Left >= 0 && image->Top >= 0 && image->Width > 0 && image->Height > 0 &&
                         image->Left + image->Width <= file->SWidth && image->Top + image->Height <= file->SHeight;
    GifPixelType *line = isInside ? malloc(image->Width) : NULL;
    if (line && map && elbo_pixels_allocate(pixels, file->SWidth, file->SHeight, 4, 8, message)) {
      memset(pixels->data, 0, (size_t)file->SWidth * file->SHeight * 4);
      static const int starts[] = {0, 4, 2, 1}, steps[] = {8, 8, 4, 2};
      done = 1;
      for (int pass = 0; done && pass < (image->Interlace ? 4 : 1); pass++) {
        for (int y = image->Interlace ? starts[pass] : 0; done && y < image->Height; y += image->Interlace ? steps[pass] : 1) {
          done = DGifGetLine(file, line, image->Width) == GIF_OK;
          uint8_t *to = (uint8_t *)pixels->data + 4 * ((size_t)(image->Top + y) * file->SWidth + image->Left);
          for (int x = 0; done && x < image->Width; x++) {
            if (line[x] >= map->ColorCount) {
              done = 0;
            } else if (line[x] != transparent) {
              const GifColorType color = map->Colors[line[x]];
              to[4 * x] = color.Red, to[4 * x + 1] = color.Green, to[4 * x + 2] = color.Blue, to[4 * x + 3] = 255;
            }
          }
        }
      }
    }
    free(line);
  }
  DGifCloseFile(file, &status);
  return done;
}
