// wcwidth, strndup
#define _GNU_SOURCE
#include "line.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <readline/history.h>
#include <readline/readline.h>

static elbo_line_callbacks callbacks;
static const char *initial_text;

static void line_accepted(char *line) {
  callbacks.accept(callbacks.context, line);
  free(line);
}

// What the session offers, from the moment readline looks for the word at the cursor until it asks for what completes it.
static char **found;
static bool has_asked;
// The bytes before that word, while `mark` stands in their place.
static int marked_at, marked_count;
static char marked[4];

// No byte of a line: readline takes it as text where it stands.
enum { mark = 1 };

// readline has words begin after a character of a list. Only the session knows where the one at the cursor begins, such as
// at a quote with blanks behind it: the character before it is replaced by one that is nowhere else, for as long as readline
// looks.
static char *word_break(void) {
  static char breaks[] = {mark, '\0'};
  if (found) {
    for (int i = 0; found[i]; i++) free(found[i]);
    free(found);
  }
  int start = rl_point;
  found = callbacks.complete(callbacks.context, &start);
  has_asked = true;
  marked_count = 0;
  if (found && start > 0 && start <= rl_point) {
    int from = start - 1;
    while (from > 0 && start - from < 4 && ((unsigned char)rl_line_buffer[from] & 0xC0) == 0x80) from--;
    marked_at = from;
    marked_count = start - from;
    memcpy(marked, rl_line_buffer + from, (size_t)marked_count);
    memset(rl_line_buffer + from, mark, (size_t)marked_count);
  }
  return breaks;
}

// The length of an escape such as \n or \x1b.
static size_t escape_length(const char *text) {
  switch (text[1]) {
  case 'x': return 4;
  case 'u': return 6;
  case 'U': return 10;
  default: return 2;
  }
}

// How many of the `common` bytes that candidates begin with may be put in: no part of a UTF-8 character, nor of an escape.
static size_t whole(const char *text, size_t common) {
  while (common > 0 && ((unsigned char)text[common] & 0xC0) == 0x80) common--;
  for (size_t i = 0; i < common; i++) {
    if (text[i] != '\\') continue;
    const size_t length = escape_length(text + i);
    if (i + length > common) return i;
    i += length - 1;
  }
  return common;
}

static char **complete(const char *text, int start, int end) {
  (void)text, (void)end;
  memcpy(rl_line_buffer + marked_at, marked, (size_t)marked_count);
  marked_count = 0;
  // Before an empty line readline looks for no word.
  if (!has_asked) found = callbacks.complete(callbacks.context, &start);
  has_asked = false;
  // Never fall back on file names of readline's own: the session knows where a path belongs.
  rl_attempted_completion_over = 1;
  char **found_now = found;
  found = NULL;
  if (!found_now) return NULL;
  int count = 0;
  while (found_now[count]) count++;
  if (count == 0) {
    free(found_now);
    return NULL;
  }
  // readline wants the longest common prefix in front; a single candidate is its own.
  char **matches = malloc(sizeof(char *) * (size_t)(count + 2));
  size_t common = strlen(found_now[0]);
  for (int i = 1; i < count; i++) {
    size_t k = 0;
    while (k < common && found_now[i][k] == found_now[0][k]) k++;
    common = k;
  }
  common = whole(found_now[0], common);
  if (count == 1) {
    matches[0] = found_now[0];
    matches[1] = NULL;
  } else {
    matches[0] = strndup(found_now[0], common);
    memcpy(matches + 1, found_now, sizeof(char *) * (size_t)count);
    matches[count + 1] = NULL;
  }
  free(found_now);
  return matches;
}

static void show(char **matches, int count, int longest) {
  (void)longest;
  if (rl_outstream) fflush(rl_outstream);
  callbacks.show(callbacks.context, matches, count);
}

// MARK: Colors and suggestions
//
// readline draws the line, and knows nothing of this: after it has, the same letters are written once more in colors, and
// behind them in gray what the history suggests. Both only where the line takes one row and its cells are known, so that the
// cursor is where readline believes it to be; otherwise the line stays as readline drew it.

static bool has_colors;
// What the history suggests behind the line, and whether it is on the screen.
static const char *suggestion;
static bool is_suggestion_shown;
// The columns of the prompt.
static int prompt_columns;

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
static void erase_suggestion(void) {
  if (!is_suggestion_shown) return;
  is_suggestion_shown = false;
  if (rl_outstream) fputs("\033[K", rl_outstream);
}

static void redisplay(void) {
  rl_redisplay();
  suggestion = NULL;
  is_suggestion_shown = false;
  FILE *out = rl_outstream;
  // Not while readline shows another prompt: a search, a count of repetitions.
  if (!out || rl_done || prompt_columns < 1 || rl_display_prompt != rl_prompt || RL_ISSTATE(RL_STATE_ISEARCH) ||
      RL_ISSTATE(RL_STATE_NSEARCH) || RL_ISSTATE(RL_STATE_NUMERICARG) || elbo_line_variable_is_on("horizontal-scroll-mode") ||
      elbo_line_variable_is_on("show-mode-in-prompt"))
    return;
  int rows, screen;
  rl_get_screen_size(&rows, &screen);
  const int typed = columns_of(rl_line_buffer, (size_t)rl_end, 0, NULL);
  const int before = columns_of(rl_line_buffer, (size_t)rl_point, 0, NULL);
  if (typed <= 0 || before < 0 || prompt_columns + typed >= screen - 1) return;
  char *painted = callbacks.paint(callbacks.context, rl_line_buffer);
  if (!painted) return;
  fprintf(out, "\r\033[%dC%s\033[0m", prompt_columns, painted);
  free(painted);
  suggestion = suggested();
  if (suggestion) {
    // As much of it as fits.
    size_t length = 0;
    columns_of(suggestion, strlen(suggestion), screen - 1 - prompt_columns - typed, &length);
    if (length > 0) {
      fprintf(out, "\033[90m%.*s\033[0m", (int)length, suggestion);
      is_suggestion_shown = true;
    } else {
      suggestion = NULL;
    }
  }
  fputs("\033[K", out);
  fprintf(out, "\r\033[%dC", prompt_columns + before);
  fflush(out);
}

// The columns of a prompt whose parts between \001 and \002 take none; -1 where it is not known.
static int columns_of_prompt(const char *prompt) {
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
  erase_suggestion();
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

// MARK: The history

// The line is replaced as one change, which can be undone.
static void replace_line(const char *line) {
  rl_begin_undo_group();
  rl_delete_text(0, rl_end);
  rl_point = 0;
  rl_insert_text(line);
  rl_end_undo_group();
}

// Up and Down: lines of the history that begin with what stood before the cursor at the first of several such keys; behind the
// latest of them the line as it was. Each is a change of the line like any other: readline's own search loses what it keeps of
// changes to lines of the history, and may free it twice.
static char *line_before;
static size_t length_before;
static int place_in_history;

static int move_in_history(int direction, bool goes_on) {
  HIST_ENTRY **list = history_list();
  if (!goes_on) {
    free(line_before);
    line_before = strdup(rl_line_buffer);
    length_before = (size_t)rl_point;
    place_in_history = history_length;
  }
  for (int i = place_in_history + direction; list && i >= 0 && i < history_length; i += direction) {
    if (strncmp(list[i]->line, line_before, length_before) != 0 || strcmp(list[i]->line, rl_line_buffer) == 0) continue;
    place_in_history = i;
    replace_line(list[i]->line);
    return 0;
  }
  if (direction > 0 && place_in_history < history_length) {
    place_in_history = history_length;
    replace_line(line_before);
  } else {
    rl_ding();
  }
  return 0;
}

static int search_down(int count, int key);
static int search_up(int count, int key) {
  (void)count, (void)key;
  return move_in_history(-1, rl_last_func == search_up || rl_last_func == search_down);
}
static int search_down(int count, int key) {
  (void)count, (void)key;
  return move_in_history(1, rl_last_func == search_up || rl_last_func == search_down);
}

static int find_line(int count, int key) {
  (void)count, (void)key;
  erase_suggestion();
  rl_clear_visible_line();
  fflush(rl_outstream);
  bool runs = false;
  char *line = callbacks.search(callbacks.context, rl_line_buffer, &runs);
  rl_on_new_line();
  if (line) replace_line(line);
  free(line);
  if (runs) {
    (*rl_redisplay_function)();
    erase_suggestion();
    return rl_newline(1, '\n');
  }
  rl_forced_update_display();
  return 0;
}

static int edit_line(int count, int key) {
  (void)count, (void)key;
  erase_suggestion();
  rl_clear_visible_line();
  fflush(rl_outstream);
  rl_deprep_terminal();
  char *line = callbacks.edit(callbacks.context, rl_line_buffer);
  rl_prep_terminal(1);
  rl_reset_screen_size();
  rl_on_new_line();
  if (line) replace_line(line);
  free(line);
  rl_forced_update_display();
  return 0;
}

static int help(int count, int key) {
  (void)count;
  (void)key;
  if (rl_outstream) fflush(rl_outstream);
  callbacks.help(callbacks.context);
  return 0;
}

static int insert_initial(void) {
  if (initial_text) rl_insert_text(initial_text);
  initial_text = NULL;
  return 0;
}

// The program's own LC_CTYPE is UTF-8. readline asks the environment for it, before every line, and would go back to "C"
// under LC_ALL=C. Nothing else runs while the environment says otherwise.
static void with_own_locale(void (*work)(void)) {
  const char *current = setlocale(LC_CTYPE, NULL);
  const char *all = getenv("LC_ALL"), *own = getenv("LC_CTYPE");
  char *locale = current ? strdup(current) : NULL;
  char *kept_all = all ? strdup(all) : NULL, *kept = own ? strdup(own) : NULL;
  if (locale) {
    unsetenv("LC_ALL");
    setenv("LC_CTYPE", locale, 1);
  }
  work();
  if (locale) {
    if (kept_all) setenv("LC_ALL", kept_all, 1);
    if (kept) {
      setenv("LC_CTYPE", kept, 1);
    } else {
      unsetenv("LC_CTYPE");
    }
    setlocale(LC_CTYPE, locale);
  }
  free(locale);
  free(kept_all);
  free(kept);
}

static void initialize(void) { rl_initialize(); }

static const char *prompt_text;
static void install(void) { rl_callback_handler_install(prompt_text, line_accepted); }

// Where a key does what readline gave it, it does ours, which is the same and more.
static void extend(Keymap map, const char *key, rl_command_func_t *theirs, rl_command_func_t *ours) {
  int type = ISFUNC;
  rl_command_func_t *bound = rl_function_of_keyseq(key, map, &type);
  if (type == ISFUNC && bound == theirs) rl_bind_keyseq_in_map(key, ours, map);
}

// Before .inputrc is read: what it says of these keys holds.
static void bind_searches(Keymap map) {
  const char *up[] = {"\033[A", "\033OA"}, *down[] = {"\033[B", "\033OB"};
  for (int i = 0; i < 2; i++) {
    rl_bind_keyseq_in_map(up[i], search_up, map);
    rl_bind_keyseq_in_map(down[i], search_down, map);
  }
}

static void bind_suggestions(Keymap map) {
  const char *right[] = {"\033[C", "\033OC"}, *end[] = {"\033[F", "\033OF", "\033[4~"};
  for (int i = 0; i < 2; i++) extend(map, right[i], rl_forward_char, forward_or_take);
  for (int i = 0; i < 3; i++) extend(map, end[i], rl_end_of_line, end_or_take);
  extend(map, "\006", rl_forward_char, forward_or_take);
  extend(map, "\005", rl_end_of_line, end_or_take);
  extend(map, "\033f", rl_forward_word, word_or_take);
  extend(map, "\r", rl_newline, accept_without);
  extend(map, "\n", rl_newline, accept_without);
}

void elbo_line_configure(const char *name, elbo_line_callbacks given, bool colors) {
  callbacks = given;
  const char *terminal = getenv("TERM");
  has_colors = colors && terminal && strcmp(terminal, "dumb") != 0;
  rl_readline_name = strdup(name);
  rl_catch_signals = 0;
  rl_catch_sigwinch = 0;
  rl_change_environment = 0;
  rl_completion_word_break_hook = word_break;
  rl_completer_quote_characters = "";
  rl_attempted_completion_function = complete;
  rl_completion_display_matches_hook = show;
  rl_startup_hook = insert_initial;
  rl_add_defun("elbo-help", help, -1);
  rl_add_defun("elbo-search-up", search_up, -1);
  rl_add_defun("elbo-search-down", search_down, -1);
  rl_add_defun("elbo-find-line", find_line, -1);
  rl_add_defun("elbo-edit-line", edit_line, -1);
  // One Tab lists what is possible; an .inputrc, read next, may say otherwise.
  rl_variable_bind("show-all-if-ambiguous", "on");
  bind_searches(emacs_standard_keymap);
  bind_searches(vi_insertion_keymap);
  with_own_locale(initialize);
  extend(emacs_standard_keymap, "\022", rl_reverse_search_history, find_line);
  extend(vi_insertion_keymap, "\022", rl_reverse_search_history, find_line);
  rl_bind_keyseq_if_unbound_in_map("\030\005", edit_line, emacs_standard_keymap);
  if (has_colors) {
    bind_suggestions(emacs_standard_keymap);
    bind_suggestions(vi_insertion_keymap);
    rl_redisplay_function = redisplay;
  }
  // F1 and Alt-h, unless .inputrc gave them a meaning.
  rl_bind_keyseq_if_unbound("\\eOP", help);
  rl_bind_keyseq_if_unbound("\\e[11~", help);
  rl_bind_keyseq_if_unbound("\\eh", help);
  using_history();
}

void elbo_line_begin(const char *prompt, const char *initial) {
  initial_text = initial;
  // The window may have changed while no line was edited. Only the numbers: rl_resize_terminal would draw.
  rl_reset_screen_size();
  prompt_text = prompt;
  prompt_columns = columns_of_prompt(prompt);
  suggestion = NULL;
  is_suggestion_shown = false;
  with_own_locale(install);
  initial_text = NULL;
}

void elbo_line_read(void) {
  // A key may end the line, and readline would leave the suggestion behind it on the screen.
  erase_suggestion();
  rl_callback_read_char();
}
void elbo_line_end(void) {
  suggestion = NULL;
  rl_callback_handler_remove();
}

void elbo_line_cancel(const char *prompt) {
  // A search or a numeric argument under way is dropped too; the cursor goes to the end first so that
  // nothing of a long line is overwritten.
  erase_suggestion();
  rl_callback_sigcleanup();
  rl_free_line_state();
  rl_point = rl_end;
  (*rl_redisplay_function)();
  fputs("^C\n", rl_outstream ? rl_outstream : stdout);
  fflush(rl_outstream ? rl_outstream : stdout);
  rl_replace_line("", 1);
  rl_point = rl_mark = 0;
  rl_done = 0;
  using_history();
  rl_set_prompt(prompt);
  rl_on_new_line();
  rl_redisplay();
}

void elbo_line_resized(void) {
  erase_suggestion();
  // With a function of its own to draw by, readline would take the cursor to be on an empty line.
  rl_voidfunc_t *const ours = rl_redisplay_function;
  rl_redisplay_function = rl_redisplay;
  rl_resize_terminal();
  rl_redisplay_function = ours;
  (*rl_redisplay_function)();
}

void elbo_line_suspend(void) {
  erase_suggestion();
  if (rl_outstream) fflush(rl_outstream);
  rl_deprep_terminal();
}

void elbo_line_resume(void) {
  rl_prep_terminal(1);
  rl_reset_screen_size();
  rl_forced_update_display();
}

void elbo_line_redraw(void) {
  rl_on_new_line();
  (*rl_redisplay_function)();
}

const char *elbo_line_buffer(void) { return rl_line_buffer ? rl_line_buffer : ""; }
int elbo_line_point(void) { return rl_point; }
void elbo_line_screen(int *rows, int *columns) { rl_get_screen_size(rows, columns); }
void elbo_line_append_after_completion(char character) { rl_completion_append_character = character; }

bool elbo_line_variable_is_on(const char *name) {
  const char *value = rl_variable_value(name);
  return value && strcmp(value, "on") == 0;
}

const char *elbo_line_library_version(void) { return rl_library_version; }

void elbo_line_history_add(const char *line) { add_history(line); }
int elbo_line_history_count(void) { return history_length; }
const char *elbo_line_history_entry(int index) {
  HIST_ENTRY **list = history_list();
  return list && index >= 0 && index < history_length ? list[index]->line : "";
}
void elbo_line_history_limit(int entries) { stifle_history(entries); }
