// wcwidth, strndup
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "parts.h"

// readline draws the line, and knows nothing of this: after it has, the same letters are written once more in colors, and
// behind them in gray what the history suggests. Both only where the line takes one row and its cells are known, so that the
// cursor is where readline believes it to be; otherwise the line stays as readline drew it.

// What the history suggests behind the line, and whether it is on the screen.
static const char *suggestion;
static bool is_suggestion_shown;
// The columns of the prompt.
int line_prompt_columns;

// Columns of UTF-8 text, or -1 where readline and the terminal may not agree about them: controls, marks that combine, emoji.
// The bytes of as many of its characters as take `room` columns go into `*fitting`.
static int columns_of(const char *text, size_t length, int room, size_t *fitting) {
  mbstate_t state = {0};
  int columns = 0;
  size_t at = 0;
  while (at < length) {
    const unsigned char byte = (unsigned char)text[at];
    size_t bytes = 1;
    int width = 1;
    if (byte < 0x20 || byte >= 0x7F) {
      wchar_t letter;
      bytes = mbrtowc(&letter, text + at, length - at, &state);
      if (bytes == 0 || bytes > length - at || letter >= 0x1F000) return -1;
      width = wcwidth(letter);
      if (width < 1) return -1;
    }
    columns += width;
    at += bytes;
    if (fitting && columns <= room) *fitting = at;
  }
  return columns;
}

// How the latest line of the history goes on that begins with what is typed; of one row, and printable.
static const char *suggested(void) {
  const size_t length = (size_t)rl_end;
  if (length == 0 || rl_point != rl_end) return NULL;
  HIST_ENTRY **list = history_list();
  for (int i = history_length - 1; list && i >= 0; i--) {
    const char *line = list[i]->line;
    if (line[0] != rl_line_buffer[0] || strncmp(line, rl_line_buffer, length) != 0 || line[length] == '\0') continue;
    // A question about the line goes on with nothing.
    if (strcmp(line + length, "?") == 0 || columns_of(line + length, strlen(line + length), 0, NULL) < 0) continue;
    return line + length;
  }
  return NULL;
}

// Takes the suggestion off the screen; the cursor stands where it begins. Not flushed: what readline draws next is.
void line_erase_suggestion(void) {
  if (!is_suggestion_shown) return;
  is_suggestion_shown = false;
  if (rl_outstream) fputs("\033[K", rl_outstream);
}

void line_redisplay(void) {
  rl_redisplay();
  suggestion = NULL;
  is_suggestion_shown = false;
  FILE *out = rl_outstream;
  // Not while readline shows another prompt: a search, a count of repetitions.
  if (!out || rl_done || line_prompt_columns < 1 || rl_display_prompt != rl_prompt || RL_ISSTATE(RL_STATE_ISEARCH) ||
      RL_ISSTATE(RL_STATE_NSEARCH) || RL_ISSTATE(RL_STATE_NUMERICARG) || elbo_line_variable_is_on("horizontal-scroll-mode") ||
      elbo_line_variable_is_on("show-mode-in-prompt"))
    return;
  int rows, screen;
  rl_get_screen_size(&rows, &screen);
  const int typed = columns_of(rl_line_buffer, (size_t)rl_end, 0, NULL);
  const int before = columns_of(rl_line_buffer, (size_t)rl_point, 0, NULL);
  if (typed <= 0 || before < 0 || line_prompt_columns + typed >= screen - 1) return;
  char *painted = line_callbacks.paint(line_callbacks.context, rl_line_buffer);
  if (!painted) return;
  fprintf(out, "\r\033[%dC%s\033[0m", line_prompt_columns, painted);
  free(painted);
  suggestion = suggested();
  if (suggestion) {
    // As much of it as fits.
    size_t length = 0;
    columns_of(suggestion, strlen(suggestion), screen - 1 - line_prompt_columns - typed, &length);
    if (length > 0) {
      fprintf(out, "\033[90m%.*s\033[0m", (int)length, suggestion);
      is_suggestion_shown = true;
    } else {
      suggestion = NULL;
    }
  }
  fputs("\033[K", out);
  fprintf(out, "\r\033[%dC", line_prompt_columns + before);
  fflush(out);
}

void line_forget_suggestion(void) {
  suggestion = NULL;
  is_suggestion_shown = false;
}

// The columns of a prompt whose parts between \001 and \002 take none; -1 where it is not known.
int line_columns_of_prompt(const char *prompt) {
  int columns = 0;
  while (*prompt) {
    if (*prompt == '\001') {
      while (*prompt && *prompt != '\002') prompt++;
      if (*prompt) prompt++;
      continue;
    }
    const char *end = strpbrk(prompt, "\001");
    const size_t length = end ? (size_t)(end - prompt) : strlen(prompt);
    const int part = columns_of(prompt, length, 0, NULL);
    if (part < 0) return -1;
    columns += part;
    prompt += length;
  }
  return columns;
}

// Puts in `length` bytes of what is suggested, if the cursor is at the end of the line and something is.
static bool take_suggestion(size_t length) {
  if (!suggestion || rl_point != rl_end || length == 0) return false;
  char *text = strndup(suggestion, length);
  suggestion = NULL;
  rl_insert_text(text);
  free(text);
  return true;
}

// Keys that come at once are read at once: the suggestion behind the line is taken away where the line is accepted.
static int accept_without(int count, int key) {
  line_erase_suggestion();
  return rl_newline(count, key);
}

static int forward_or_take(int count, int key) {
  return suggestion && take_suggestion(strlen(suggestion)) ? 0 : rl_forward_char(count, key);
}

static int end_or_take(int count, int key) {
  return suggestion && take_suggestion(strlen(suggestion)) ? 0 : rl_end_of_line(count, key);
}

// The next word of the suggestion, with the blanks before it.
static int word_or_take(int count, int key) {
  if (suggestion && rl_point == rl_end) {
    size_t length = strspn(suggestion, " ");
    length += strcspn(suggestion + length, " ");
    if (take_suggestion(length)) return 0;
  }
  return rl_forward_word(count, key);
}

void line_bind_suggestions(Keymap map) {
  const char *right[] = {"\033[C", "\033OC"}, *end[] = {"\033[F", "\033OF", "\033[4~"};
  for (int i = 0; i < 2; i++) line_extend(map, right[i], rl_forward_char, forward_or_take);
  for (int i = 0; i < 3; i++) line_extend(map, end[i], rl_end_of_line, end_or_take);
  line_extend(map, "\006", rl_forward_char, forward_or_take);
  line_extend(map, "\005", rl_end_of_line, end_or_take);
  line_extend(map, "\033f", rl_forward_word, word_or_take);
  line_extend(map, "\r", rl_newline, accept_without);
  line_extend(map, "\n", rl_newline, accept_without);
}
