/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/signals.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static const int numbers[] = {SIGINT, SIGTERM, SIGXCPU, SIGUSR1}; /* SIGUSR1: what some batch systems warn with */

static volatile int stop;
static volatile sig_atomic_t asked;

/* These only ask, however often. SIGUSR1: a batch script that forwards what its scheduler sent to all processes
 * would else be the second one. SIGXCPU: the kernel repeats it after every second of processor time, with 32
 * threads some 30 ms later. */
static int only_asks(int number) { return number == SIGUSR1 || number == SIGXCPU; }

static void on_signal(int number) {
  if (!only_asks(number) && asked) _exit(128 + number);
  asked = asked || !only_asks(number);
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
