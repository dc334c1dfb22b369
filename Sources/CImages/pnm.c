// The portable formats of netpbm: a header of text, then pixels as bits, bytes, pairs of bytes or text.
#include <stdio.h>
#include <stdlib.h>

#include "formats.h"

typedef struct {
  const uint8_t *at, *end;
} reader;

/// The next number of the header, behind blanks and comments; -1 where there is none.
static long number(reader *r) {
  while (r->at < r->end) {
    if (*r->at == '#') {
      while (r->at < r->end && *r->at != '\n') r->at++;
    } else if (*r->at == ' ' || (*r->at >= 9 && *r->at <= 13)) {
      r->at++;
    } else {
      break;
    }
  }
  if (r->at >= r->end || *r->at < '0' || *r->at > '9') return -1;
  long value = 0;
  while (r->at < r->end && *r->at >= '0' && *r->at <= '9' && value < 1 << 24) value = value * 10 + (*r->at++ - '0');
  return value;
}

typedef struct {
  int kind, channels;
  long width, height, largest;
  reader body;
} header;

static int parse(const uint8_t *bytes, size_t count, header *h, char *message) {
  reader r = {bytes + 2, bytes + count};
  h->kind = bytes[1] - '0';
  h->channels = h->kind == 3 || h->kind == 6 ? 3 : 1;
  h->width = number(&r);
  h->height = number(&r);
  h->largest = h->kind == 1 || h->kind == 4 ? 1 : number(&r);
  if (h->width < 1 || h->height < 1 || h->largest < 1 || h->largest > 65535) {
    snprintf(message, ELBO_IMAGE_MESSAGE, "P%d: the header is damaged or incomplete", h->kind);
    return 0;
  }
  // One blank before binary pixels.
  if (h->kind > 3 && r.at < r.end) r.at++;
  h->body = r;
  return 1;
}

int elbo_pnm_probe(const uint8_t *bytes, size_t count, elbo_image_size *size, char *message) {
  header h;
  if (!parse(bytes, count, &h, message)) return 0;
  size->width = (int32_t)h.width;
  size->height = (int32_t)h.height;
  size->channels = h.channels;
  size->depth = h.largest > 255 ? 16 : 8;
  return 1;
}

int elbo_pnm_decode(const uint8_t *bytes, size_t count, elbo_pixels *pixels, char *message) {
  header h;
  if (!parse(bytes, count, &h, message)) return 0;
  const size_t total = (size_t)h.width * h.height * h.channels, rest = (size_t)(h.body.end - h.body.at);
  const size_t line = ((size_t)h.width + 7) / 8;
  const size_t needed = h.kind == 4 ? line * h.height : h.kind > 4 ? total * (h.largest > 255 ? 2 : 1) : total;
  if (needed > rest) {
    snprintf(message, ELBO_IMAGE_MESSAGE, "P%d: the pixels end early", h.kind);
    return 0;
  }
  const int isDeep = h.largest > 255;
  if (!elbo_pixels_allocate(pixels, (int)h.width, (int)h.height, h.channels, isDeep ? 16 : 8, message)) return 0;
  reader r = h.body;
  const long full = isDeep ? 65535 : 255;
  for (size_t i = 0; i < total; i++) {
    long value;
    if (h.kind == 4) {
      const size_t y = i / h.width, x = i % h.width;
      value = 1 - (h.body.at[y * line + x / 8] >> (7 - x % 8) & 1);
    } else if (h.kind > 4) {
      value = isDeep ? h.body.at[2 * i] << 8 | h.body.at[2 * i + 1] : h.body.at[i];
    } else if (h.kind == 1) {
      // Digits need no blanks between them.
      while (r.at < r.end && *r.at != '0' && *r.at != '1') r.at++;
      value = r.at < r.end ? '1' - *r.at++ : -1;
    } else {
      value = number(&r);
    }
    if (value < 0 || value > h.largest) {
      snprintf(message, ELBO_IMAGE_MESSAGE, "P%d: pixel %zu is missing or larger than %ld", h.kind, i, h.largest);
      return 0;
    }
    const long scaled = h.largest == full ? value : (value * full + h.largest / 2) / h.largest;
    if (isDeep) {
      ((uint16_t *)pixels->data)[i] = (uint16_t)scaled;
    } else {
      ((uint8_t *)pixels->data)[i] = (uint8_t)scaled;
    }
  }
  return 1;
}
