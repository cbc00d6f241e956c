/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/record.h - a flight's samples: of its states, its drive and the enclosure, eight at a time. For
 * sim/flight.c. */
#ifndef PRO_RECORD_H
#define PRO_RECORD_H
#include "sim/flight.h"

size_t pro_record_room(const pro_case *in);            /* samples that are held at once */
pro_trajectory *pro_record_create(const pro_case *in); /* NULL: no memory */
void pro_record_copy(pro_trajectory *to, const pro_trajectory *from, size_t room);
/* The sample at t of state y (n). */
void pro_record(pro_flight *flight, double t, const double *y);
/* Those due up to `to`, within the integrator's last step; or while nothing moves. */
void pro_record_until(pro_flight *flight, double to);
void pro_record_resting(pro_flight *flight, double to);
void pro_record_end(pro_flight *flight); /* what still waits */
#endif
