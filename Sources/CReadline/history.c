#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

// The line is replaced as one change, which can be undone.
void line_replace(const char *line) {
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
    line_replace(list[i]->line);
    return 0;
  }
  if (direction > 0 && place_in_history < history_length) {
    place_in_history = history_length;
    line_replace(line_before);
  } else {
    rl_ding();
  }
  return 0;
}

int line_search_up(int count, int key) {
  (void)count, (void)key;
  return move_in_history(-1, rl_last_func == line_search_up || rl_last_func == line_search_down);
}
int line_search_down(int count, int key) {
  (void)count, (void)key;
  return move_in_history(1, rl_last_func == line_search_up || rl_last_func == line_search_down);
}

int line_find(int count, int key) {
  (void)count, (void)key;
  line_erase_suggestion();
  rl_clear_visible_line();
  fflush(rl_outstream);
  bool runs = false;
  char *line = line_callbacks.search(line_callbacks.context, rl_line_buffer, &runs);
  rl_on_new_line();
  if (line) line_replace(line);
  free(line);
  if (runs) {
    (*rl_redisplay_function)();
    line_erase_suggestion();
    return rl_newline(1, '\n');
  }
  rl_forced_update_display();
  return 0;
}

// Before .inputrc is read: what it says of these keys holds.
void line_bind_searches(Keymap map) {
  const char *up[] = {"\033[A", "\033OA"}, *down[] = {"\033[B", "\033OB"};
  for (int i = 0; i < 2; i++) {
    rl_bind_keyseq_in_map(up[i], line_search_up, map);
    rl_bind_keyseq_in_map(down[i], line_search_down, map);
  }
}
