#define _GNU_SOURCE
#include "line.h"
#include "parts.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <readline/history.h>
#include <readline/readline.h>

elbo_line_callbacks line_callbacks;
static bool has_colors;
static const char *initial_text;

static void line_accepted(char *line) {
  line_callbacks.accept(line_callbacks.context, line);
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
  found = line_callbacks.complete(line_callbacks.context, &start);
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
  if (!has_asked) found = line_callbacks.complete(line_callbacks.context, &start);
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
  line_callbacks.show(line_callbacks.context, matches, count);
}

static int edit_line(int count, int key) {
  (void)count, (void)key;
  line_erase_suggestion();
  rl_clear_visible_line();
  fflush(rl_outstream);
  rl_deprep_terminal();
  char *line = line_callbacks.edit(line_callbacks.context, rl_line_buffer);
  rl_prep_terminal(1);
  rl_reset_screen_size();
  rl_on_new_line();
  if (line) line_replace(line);
  free(line);
  rl_forced_update_display();
  return 0;
}

static int help(int count, int key) {
  (void)count;
  (void)key;
  if (rl_outstream) fflush(rl_outstream);
  line_callbacks.help(line_callbacks.context);
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
void line_extend(Keymap map, const char *key, rl_command_func_t *theirs, rl_command_func_t *ours) {
  int type = ISFUNC;
  rl_command_func_t *bound = rl_function_of_keyseq(key, map, &type);
  if (type == ISFUNC && bound == theirs) rl_bind_keyseq_in_map(key, ours, map);
}

void elbo_line_configure(const char *name, elbo_line_callbacks given, bool colors) {
  line_callbacks = given;
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
  rl_add_defun("elbo-search-up", line_search_up, -1);
  rl_add_defun("elbo-search-down", line_search_down, -1);
  rl_add_defun("elbo-find-line", line_find, -1);
  rl_add_defun("elbo-edit-line", edit_line, -1);
  // One Tab lists what is possible; an .inputrc, read next, may say otherwise.
  rl_variable_bind("show-all-if-ambiguous", "on");
  line_bind_searches(emacs_standard_keymap);
  line_bind_searches(vi_insertion_keymap);
  with_own_locale(initialize);
  line_extend(emacs_standard_keymap, "\022", rl_reverse_search_history, line_find);
  line_extend(vi_insertion_keymap, "\022", rl_reverse_search_history, line_find);
  rl_bind_keyseq_if_unbound_in_map("\030\005", edit_line, emacs_standard_keymap);
  if (has_colors) {
    line_bind_suggestions(emacs_standard_keymap);
    line_bind_suggestions(vi_insertion_keymap);
    rl_redisplay_function = line_redisplay;
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
  line_prompt_columns = line_columns_of_prompt(prompt);
  line_forget_suggestion();
  with_own_locale(install);
  initial_text = NULL;
}

void elbo_line_read(void) {
  // A key may end the line, and readline would leave the suggestion behind it on the screen.
  line_erase_suggestion();
  rl_callback_read_char();
}
void elbo_line_end(void) {
  line_forget_suggestion();
  rl_callback_handler_remove();
}

void elbo_line_cancel(const char *prompt) {
  // A search or a numeric argument under way is dropped too; the cursor goes to the end first so that
  // nothing of a long line is overwritten.
  line_erase_suggestion();
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
  line_erase_suggestion();
  // With a function of its own to draw by, readline would take the cursor to be on an empty line.
  rl_voidfunc_t *const ours = rl_redisplay_function;
  rl_redisplay_function = rl_redisplay;
  rl_resize_terminal();
  rl_redisplay_function = ours;
  (*rl_redisplay_function)();
}

void elbo_line_suspend(void) {
  line_erase_suggestion();
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
