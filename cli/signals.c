/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/signals.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static const int numbers[] = {SIGINT, SIGTERM, SIGXCPU, SIGUSR1}; /* SIGUSR1: what some batch systems warn with */

static volatile int stop;
static volatile sig_atomic_t asked;

/* SIGUSR1 only asks, however often: a batch script that forwards what its scheduler sent to all processes would else
 * be the second one. */
static void on_signal(int number) {
  if (number != SIGUSR1 && asked) _exit(128 + number);
  asked = asked || number != SIGUSR1;
  stop = number;
}

static void set(void (*handler)(int)) {
  struct sigaction action = {.sa_handler = handler};
  sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) sigaction(numbers[i], &action, NULL);
}

const volatile int *pro_signals_listen(void) {
  set(on_signal);
  return &stop;
}

void pro_signals_forget(void) { set(SIG_DFL); }
