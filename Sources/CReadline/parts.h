// What the parts of the line editor share: line.c (setting up, completion, reading), painting.c, history.c.
#pragma once

#include <stdbool.h>

#include "line.h"

// readline's headers want FILE.
#include <stdio.h>

#include <readline/history.h>
#include <readline/readline.h>

#pragma GCC visibility push(hidden)

extern elbo_line_callbacks line_callbacks;

// Where a key does what readline gave it, it does ours, which is the same and more.
void line_extend(Keymap map, const char *key, rl_command_func_t *theirs, rl_command_func_t *ours);

// painting.c: colors and suggestions.
extern int line_prompt_columns;
int line_columns_of_prompt(const char *prompt);
void line_redisplay(void);
void line_erase_suggestion(void);
void line_forget_suggestion(void);
void line_bind_suggestions(Keymap map);

// history.c: keys that bring back earlier lines.
void line_replace(const char *line);
int line_search_up(int count, int key);
int line_search_down(int count, int key);
int line_find(int count, int key);
void line_bind_searches(Keymap map);

#pragma GCC visibility pop
