// GIF89a through giflib, written into memory.
#include <gif_lib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "images.h"

struct elbo_gif {
  GifFileType *file;
  uint8_t *bytes;
  size_t count, capacity;
};

static int append(GifFileType *file, const GifByteType *bytes, int count) {
  elbo_gif *gif = file->UserData;
  if (gif->count + (size_t)count > gif->capacity) {
    const size_t capacity = 2 * (gif->capacity + (size_t)count);
    uint8_t *larger = realloc(gif->bytes, capacity);
    if (!larger) return 0;
    gif->bytes = larger;
    gif->capacity = capacity;
  }
  memcpy(gif->bytes + gif->count, bytes, (size_t)count);
  gif->count += (size_t)count;
  return count;
}

static void report(int code, char *message) {
  const char *text = GifErrorString(code);
  snprintf(message, ELBO_IMAGE_MESSAGE, "GIF: %s", text ? text : "out of memory");
}

static void discard(elbo_gif *gif) {
  int ignored;
  if (gif->file) EGifCloseFile(gif->file, &ignored);
  free(gif->bytes);
  free(gif);
}

static int put_loop(GifFileType *file) {
  static const GifByteType forever[3] = {1, 0, 0};
  return EGifPutExtensionLeader(file, APPLICATION_EXT_FUNC_CODE) && EGifPutExtensionBlock(file, 11, "NETSCAPE2.0") &&
         EGifPutExtensionBlock(file, sizeof forever, forever) && EGifPutExtensionTrailer(file);
}

elbo_gif *elbo_gif_begin(int32_t width, int32_t height, const uint8_t *colors, int32_t count, int moves, char *message) {
  int code = E_GIF_ERR_NOT_ENOUGH_MEM;
  elbo_gif *gif = calloc(1, sizeof(elbo_gif));
  // The table's size is a power of two; what is not used stays black.
  int bits = 1;
  while (1 << bits < count + (moves ? 1 : 0)) bits += 1;
  ColorMapObject *map = GifMakeMapObject(1 << bits, NULL);
  if (gif && map) gif->file = EGifOpen(gif, append, &code);
  int done = gif && gif->file;
  if (done) {
    for (int32_t i = 0; i < count; i++) {
      map->Colors[i] = (GifColorType){colors[3 * i], colors[3 * i + 1], colors[3 * i + 2]};
    }
    EGifSetGifVersion(gif->file, true);
    done = EGifPutScreenDesc(gif->file, width, height, 8, 0, map) && (!moves || put_loop(gif->file));
    code = gif->file->Error;
  }
  GifFreeMapObject(map);
  if (done) return gif;
  report(code, message);
  if (gif) discard(gif);
  return NULL;
}

int elbo_gif_add(elbo_gif *gif, elbo_gif_frame frame, const uint8_t *indices, char *message) {
  GifFileType *file = gif->file;
  int done = 1;
  if (frame.delay >= 0) {
    GraphicsControlBlock control = {
        .DisposalMode = DISPOSE_DO_NOT,
        .DelayTime = frame.delay,
        .TransparentColor = frame.transparent < 0 ? NO_TRANSPARENT_COLOR : frame.transparent,
    };
    GifByteType block[4];
    const size_t length = EGifGCBToExtension(&control, block);
    done = EGifPutExtension(file, GRAPHICS_EXT_FUNC_CODE, (int)length, block);
  }
  done = done && EGifPutImageDesc(file, frame.left, frame.top, frame.width, frame.height, false, NULL);
  for (int32_t y = 0; done && y < frame.height; y++) {
    // giflib does not change them, but does not say so.
    done = EGifPutLine(file, (GifPixelType *)(uintptr_t)(indices + (size_t)y * (size_t)frame.width), frame.width);
  }
  if (!done) report(file->Error, message);
  return done;
}

uint8_t *elbo_gif_end(elbo_gif *gif, size_t *count, char *message) {
  int code = 0;
  const int done = EGifCloseFile(gif->file, &code);
  gif->file = NULL;
  if (!done) {
    report(code, message);
    discard(gif);
    return NULL;
  }
  uint8_t *bytes = gif->bytes;
  *count = gif->count;
  free(gif);
  return bytes;
}
