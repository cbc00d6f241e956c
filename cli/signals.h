/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/signals.h - SIGINT, SIGTERM, SIGXCPU and SIGUSR1: the first one asks for an end in good order, within
 * seconds; a second SIGINT or SIGTERM ends the program at once. */
#ifndef PRO_SIGNALS_H
#define PRO_SIGNALS_H

/* Listens until pro_signals_forget; what it returns is not 0 once a signal has come: its number. */
const volatile int *pro_signals_listen(void);
void pro_signals_forget(void); /* back to what the system does */
#endif
