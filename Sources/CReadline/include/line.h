// GNU readline behind a small C ABI: its callback interface, with accessors for its globals, which Swift 6
// does not let one touch. Everything here belongs to the main thread; readline itself is global.
#pragma once
#include <stdbool.h>

// What readline asks back. `context` is handed to each function unchanged.
typedef struct {
  void *context;
  // A line was accepted; NULL at end of input. The text is freed after the call.
  void (*accept)(void *context, const char *line);
  // Candidates at the cursor: a NULL-terminated malloc'ed array of malloc'ed strings, or NULL for none. Each replaces the
  // text from the byte offset `*start` of `elbo_line_buffer()` up to the cursor.
  char **(*complete)(void *context, int *start);
  // Show `count` ambiguous candidates, matches[1...count]; called with the cursor after the typed line.
  void (*show)(void *context, char **matches, int count);
  // A key was bound to help: show it for the line as it stands.
  void (*help)(void *context);
  // The line in colors: malloc'ed text of the same letters with escape sequences between them, or NULL for none. Called
  // whenever the line has changed.
  char *(*paint)(void *context, const char *line);
  // Looks for a line of the history by what is typed while it runs; the terminal is in readline's mode, the cursor at the
  // start of an empty line. The malloc'ed line that was chosen, or NULL; `*runs` when it is to be run at once.
  char *(*search)(void *context, const char *line, bool *runs);
  // Edits the line in another program, which has the terminal meanwhile: the malloc'ed line that comes back, or NULL.
  char *(*edit)(void *context, const char *line);
} elbo_line_callbacks;

// Once, before anything else. `name` is what .inputrc files can test with `$if`; `colors` paints the line while it is typed,
// and shows in gray how the latest line of the history that begins like it goes on.
void elbo_line_configure(const char *name, elbo_line_callbacks callbacks, bool colors);
// Shows the prompt, for the window as it is now, and puts the terminal into readline's mode; `initial` is text to start
// with, or NULL.
void elbo_line_begin(const char *prompt, const char *initial);
// Feeds readline what standard input has. May call `accept`.
void elbo_line_read(void);
// Gives the terminal back as it was.
void elbo_line_end(void);

// Ctrl-C: shows ^C and starts over with an empty line (and the prompt `prompt`).
void elbo_line_cancel(const char *prompt);
// The window has another size.
void elbo_line_resized(void);
// The terminal's mode is given back (before a stop) and taken again (after it).
void elbo_line_suspend(void);
void elbo_line_resume(void);
// Puts prompt and line on the screen again, on a fresh line.
void elbo_line_redraw(void);

const char *elbo_line_buffer(void);
// Byte offset of the cursor in the buffer.
int elbo_line_point(void);
// Columns and rows as readline knows them.
void elbo_line_screen(int *rows, int *columns);
// What follows a completed word: ' ' or nothing ('\0').
void elbo_line_append_after_completion(char character);
// True when the readline variable (as in .inputrc) is on.
bool elbo_line_variable_is_on(const char *name);
const char *elbo_line_library_version(void);

// The list that Up and Ctrl-R walk; `elbo_line_history_entry` counts from the oldest.
void elbo_line_history_add(const char *line);
int elbo_line_history_count(void);
const char *elbo_line_history_entry(int index);
void elbo_line_history_limit(int entries);
