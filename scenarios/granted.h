/* SPDX-License-Identifier: GPL-3.0-or-later
 * scenarios/granted.h - how many processors a scheduler grants this process. */
#ifndef PRO_GRANTED_H
#define PRO_GRANTED_H

/* What the control groups' processor quotas leave, rounded up: of version 2 (cpu.max) on the way from this
 * process's group up to the root, and of version 1 (cpu.cfs_quota_us over cpu.cfs_period_us). `root` is where /sys
 * and /proc stand: "" but in tests. 0: no quota. */
int pro_granted_quota(const char *root);

/* The value of the first of these that is set to a whole number above 0: OMP_NUM_THREADS, SLURM_CPUS_PER_TASK. 0:
 * of none. */
int pro_granted_wish(void);

/* The least of affinity, quota and wish; at least 1. */
int pro_threads_available(void);
#endif
