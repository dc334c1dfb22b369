// TIFF through libtiff: 16-bit gray and RGB as they are, everything else as 8-bit color with alpha.
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

#include "formats.h"
#include "library.h"

#define FUNCTIONS(use) \
  use(TIFFClientOpen) use(TIFFClose) use(TIFFGetField) use(TIFFGetFieldDefaulted) use(TIFFReadScanline) \
  use(TIFFScanlineSize64) use(TIFFIsTiled) use(TIFFReadRGBAImageOriented) use(TIFFNumberOfDirectories) \
  use(TIFFSetErrorHandler) use(TIFFSetWarningHandler)

static struct {
#define DECLARE(name) __typeof__(&name) name;
  FUNCTIONS(DECLARE)
#undef DECLARE
  int isThere;
} lib;

// Of libtiff 4.5 and later, where a damaged file may not ask for more memory than the largest image needs.
static struct {
  void *(*allocate)(void);
  void (*limit)(void *, tmsize_t);
  TIFF *(*open)(const char *, const char *, thandle_t, TIFFReadWriteProc, TIFFReadWriteProc, TIFFSeekProc, TIFFCloseProc,
                TIFFSizeProc, TIFFMapFileProc, TIFFUnmapFileProc, void *);
  void (*release)(void *);
} limited;

static char failure[ELBO_IMAGE_MESSAGE];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
  void *library = dlopen("libtiff.so.6", RTLD_NOW | RTLD_LOCAL);
  if (!library) library = dlopen("libtiff.so.5", RTLD_NOW | RTLD_LOCAL);
  lib.isThere = 1;
#define FIND(name) \
  if (!(lib.name = (__typeof__(&name))elbo_library_function(library, #name, "libtiff6", failure))) lib.isThere = 0;
  FUNCTIONS(FIND)
#undef FIND
  if (!lib.isThere) return;
  *(void **)&limited.allocate = dlsym(library, "TIFFOpenOptionsAlloc");
  *(void **)&limited.limit = dlsym(library, "TIFFOpenOptionsSetMaxSingleMemAlloc");
  *(void **)&limited.open = dlsym(library, "TIFFClientOpenExt");
  *(void **)&limited.release = dlsym(library, "TIFFOpenOptionsFree");
  lib.TIFFSetErrorHandler(NULL);
  lib.TIFFSetWarningHandler(NULL);
}

typedef struct {
  const uint8_t *bytes;
  uint64_t count, position;
} memory;

static tmsize_t readMemory(thandle_t handle, void *to, tmsize_t size) {
  memory *m = (memory *)handle;
  if (size < 0 || m->position >= m->count) return 0;
  const uint64_t rest = m->count - m->position, got = (uint64_t)size < rest ? (uint64_t)size : rest;
  memcpy(to, m->bytes + m->position, got);
  m->position += got;
  return (tmsize_t)got;
}

static tmsize_t writeMemory(thandle_t handle, void *from, tmsize_t size) { return (void)handle, (void)from, (void)size, 0; }

static toff_t seekMemory(thandle_t handle, toff_t offset, int whence) {
  memory *m = (memory *)handle;
  m->position = whence == SEEK_SET ? offset : whence == SEEK_CUR ? m->position + offset : m->count + offset;
  return m->position;
}

static int closeMemory(thandle_t handle) { return (void)handle, 0; }
static toff_t sizeOfMemory(thandle_t handle) { return ((memory *)handle)->count; }

static TIFF *open_tiff(memory *m, char *message) {
  pthread_once(&once, load);
  if (!lib.isThere) {
    memcpy(message, failure, sizeof failure);
    return NULL;
  }
  void *options = limited.allocate && limited.limit && limited.open && limited.release ? limited.allocate() : NULL;
  TIFF *tiff;
  if (options) {
    limited.limit(options, (tmsize_t)ELBO_IMAGE_MAX_PIXELS * 8);
    tiff = limited.open("image", "rm", (thandle_t)m, readMemory, writeMemory, seekMemory, closeMemory, sizeOfMemory, NULL,
                        NULL, options);
    limited.release(options);
  } else {
    tiff = lib.TIFFClientOpen("image", "rm", (thandle_t)m, readMemory, writeMemory, seekMemory, closeMemory, sizeOfMemory,
                              NULL, NULL);
  }
  if (!tiff) snprintf(message, ELBO_IMAGE_MESSAGE, "TIFF: its directory is damaged or incomplete");
  return tiff;
}

typedef struct {
  uint32_t width, height;
  uint16_t bits, samples, format, photometric, planar, orientation;
} layout;

static int describe(TIFF *tiff, layout *l, char *message) {
  memset(l, 0, sizeof *l);
  if (!lib.TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &l->width) || !lib.TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &l->height)) {
    snprintf(message, ELBO_IMAGE_MESSAGE, "TIFF: it has no size");
    return 0;
  }
  lib.TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &l->bits);
  lib.TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &l->samples);
  lib.TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &l->format);
  lib.TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &l->planar);
  lib.TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &l->orientation);
  if (!lib.TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &l->photometric)) l->photometric = PHOTOMETRIC_MINISBLACK;
  if (l->format == SAMPLEFORMAT_IEEEFP || l->format == SAMPLEFORMAT_INT || l->bits > 16) {
    snprintf(message, ELBO_IMAGE_MESSAGE, "TIFF: its pixels are %s of %d bits, not 8 or 16 bits; numpy.save(tifffile.imread(...)) keeps them",
             l->format == SAMPLEFORMAT_IEEEFP ? "floating-point numbers" : "integers", l->bits);
    return 0;
  }
  return 1;
}

static int isDeep(const layout *l) {
  return l->bits == 16 && l->planar == PLANARCONFIG_CONTIG && l->samples >= 1 && l->samples <= 4 &&
         (l->photometric == PHOTOMETRIC_MINISBLACK || l->photometric == PHOTOMETRIC_MINISWHITE ||
          (l->photometric == PHOTOMETRIC_RGB && l->samples >= 3));
}

static int isGray(const layout *l) {
  return l->photometric == PHOTOMETRIC_MINISBLACK || l->photometric == PHOTOMETRIC_MINISWHITE;
}

int elbo_tiff_probe(const uint8_t *bytes, size_t count, elbo_image_size *size, char *message) {
  memory m = {bytes, count, 0};
  TIFF *tiff = open_tiff(&m, message);
  if (!tiff) return 0;
  layout l;
  const int done = describe(tiff, &l, message);
  if (done) {
    size->width = l.width > INT32_MAX ? 0 : (int32_t)l.width;
    size->height = l.height > INT32_MAX ? 0 : (int32_t)l.height;
    size->channels = isGray(&l) ? 1 : 3;
    size->depth = isDeep(&l) ? 16 : 8;
    size->hasAlpha = l.samples == (isGray(&l) ? 2 : 4) && l.photometric != PHOTOMETRIC_SEPARATED;
    size->frames = (int32_t)lib.TIFFNumberOfDirectories(tiff);
    size->orientation = l.orientation >= 1 && l.orientation <= 8 ? l.orientation : 1;
  }
  lib.TIFFClose(tiff);
  return done;
}

static int decodeDeep(TIFF *tiff, const layout *l, elbo_pixels *pixels, char *message) {
  if (lib.TIFFIsTiled(tiff)) {
    snprintf(message, ELBO_IMAGE_MESSAGE, "TIFF: 16-bit pixels in tiles are not read; save it in strips");
    return 0;
  }
  const size_t line = (size_t)l->width * l->samples * 2;
  if (lib.TIFFScanlineSize64(tiff) != line) {
    snprintf(message, ELBO_IMAGE_MESSAGE, "TIFF: its lines are damaged");
    return 0;
  }
  if (!elbo_pixels_allocate(pixels, (int)l->width, (int)l->height, l->samples, 16, message)) return 0;
  for (uint32_t y = 0; y < l->height; y++) {
    if (lib.TIFFReadScanline(tiff, (uint8_t *)pixels->data + y * line, y, 0) != 1) {
      snprintf(message, ELBO_IMAGE_MESSAGE, "TIFF: the data end or are damaged in line %u", y);
      return 0;
    }
  }
  if (l->photometric == PHOTOMETRIC_MINISWHITE) {
    uint16_t *values = pixels->data;
    const size_t total = (size_t)l->width * l->height;
    for (size_t i = 0; i < total; i++) values[i * l->samples] = 65535 - values[i * l->samples];
  }
  return 1;
}

int elbo_tiff_decode(const uint8_t *bytes, size_t count, elbo_pixels *pixels, char *message) {
  memory m = {bytes, count, 0};
  TIFF *tiff = open_tiff(&m, message);
  if (!tiff) return 0;
  layout l;
  int done = describe(tiff, &l, message);
  if (done && isDeep(&l)) {
    done = decodeDeep(tiff, &l, pixels, message);
  } else if (done && (done = elbo_pixels_allocate(pixels, (int)l.width, (int)l.height, 4, 8, message))) {
    // Stop at the first error; the image as stored, for orientations are applied by the caller.
    done = lib.TIFFReadRGBAImageOriented(tiff, l.width, l.height, pixels->data,
                                         l.orientation ? l.orientation : ORIENTATION_TOPLEFT, 1);
    if (!done) snprintf(message, ELBO_IMAGE_MESSAGE, "TIFF: the data are damaged, end early, or are of a kind that libtiff does not read");
    // Colors are multiplied by alpha there: divide, so that the background is mixed in once.
    uint8_t *rgba = pixels->data;
    const size_t total = (size_t)l.width * l.height;
    for (size_t i = 0; done && i < total; i++) {
      const unsigned alpha = rgba[4 * i + 3];
      for (int c = 0; alpha > 0 && alpha < 255 && c < 3; c++) {
        const unsigned value = (rgba[4 * i + c] * 255u + alpha / 2) / alpha;
        rgba[4 * i + c] = (uint8_t)(value > 255 ? 255 : value);
      }
    }
  }
  lib.TIFFClose(tiff);
  return done;
}
