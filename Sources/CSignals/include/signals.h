// Signals as readable events (signalfd), so that they are handled in the poll loop and never interrupt anything.
#pragma once

#include <stdbool.h>

// Blocks SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP and SIGCONT in the calling thread and every thread it starts later,
// ignores SIGPIPE (writes report EPIPE instead), and returns a descriptor that reads them; -1 when that fails.
// SIGINT, SIGHUP and SIGTSTP stay ignored when the program was started so, as by nohup. Called once.
int elbo_signals_open(void);
// For the calling thread alone: signals do what they do by default, and are blocked again.
void elbo_signals_unblock(void);
void elbo_signals_block(void);
// Takes elbo_signals_open back, for a program that will not read signals. Before other threads start.
void elbo_signals_restore(void);
// The next pending signal's number, or 0 when there is none.
int elbo_signals_next(int descriptor);
// A counter that one thread raises to wake another one's poll.
int elbo_wake_open(void);
void elbo_wake_raise(int descriptor);
void elbo_wake_clear(int descriptor);
// Stops this program like Ctrl-Z, unless it has been continued since; returns when it is continued.
void elbo_suspend(void);
// Waits for a process; its wait status or -1. When it stops, this program stops along with it, or it is continued.
int elbo_wait(int process, bool stops_along);
// A descriptor that can be read once the process has ended; -1 where the system has none.
int elbo_process_watch(int process);
// A pipe whose ends children do not inherit: ends[0] is read, ends[1] is written. 0, or -1 when that fails.
int elbo_pipe(int ends[2]);
