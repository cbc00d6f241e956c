#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A Slurm cluster for tests, on loopback, as any user, without systemd, munge or cgroups:
#   sh tests/mini_slurm.sh start FOLDER [NODES] [MAX_ARRAY_SIZE]   prints the path for SLURM_CONF; all it writes is in FOLDER
#   sh tests/mini_slurm.sh stop FOLDER                             ends it and all that it has started
# Needs slurmctld, slurmd and slurm-client. Exit codes: 77 where it cannot run on this machine, which it says.
# Whoever reaches its ports may run jobs as this user (auth/none): for a machine of one's own only.
set -eu

usage() { sed -n 's/^#   //p' "$0" >&2; exit 64; }
[ $# -ge 2 ] || usage
command=$1 nodes=${3:-4} array=${4:-1001}
mkdir -p "$2"
folder=$(realpath "$2")
conf=$folder/slurm.conf run=$folder/run
added=10.254.0.1/32

# Slurm asks for addresses "of the kind that this machine has", and loopback's own do not count: where there is no other
# one every client waits 10 s and says that 127.0.0.1 cannot be resolved. One address more on lo cures that.
has_address() {
  python3 -c 'import socket; socket.getaddrinfo("127.0.0.1", 1, socket.AF_INET, 0, 0, socket.AI_ADDRCONFIG)' 2>/dev/null
}
need_address() {
  has_address && return 0
  if ip addr add $added dev lo 2>/dev/null; then
    echo "mini_slurm.sh: this machine had loopback alone; $added is on lo until the cluster stops" >&2
    : >"$folder/address"
    has_address && return 0
  fi
  echo "mini_slurm.sh: this machine has loopback alone, and Slurm then resolves nothing; as root: ip addr add $added dev lo" >&2
  exit 77
}

# What Slurm has started outlives a slurmd that was killed: steps, which write to a log here, and jobs, which know their
# cluster by their environment.
started() { # pids
  for process in /proc/[0-9]*; do
    pid=${process#/proc/}
    [ "$pid" = $$ ] && continue
    case $(tr '\0' ' ' 2>/dev/null <"$process/cmdline") in
      slurmstepd*) readlink "$process"/fd/* 2>/dev/null | grep -Fq "$run/" && echo "$pid" ;;
      *) tr '\0' '\n' 2>/dev/null <"$process/environ" | awk -v conf="SLURM_CONF=$conf" '
           $0 == conf { here = 1 } /^SLURM_JOB_ID=/ { job = 1 } END { exit !(here && job) }' && echo "$pid" ;;
    esac
  done
  return 0
}

stop() {
  for file in "$run"/slurmctld.pid "$run"/slurmd.*.pid; do
    [ -s "$file" ] || continue
    pid=$(cat "$file")
    # a number in a file may have been given to another process since
    if tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -Fq "$conf"; then kill -9 "$pid" 2>/dev/null || true; fi
  done
  for pid in $(started); do kill -9 "$pid" 2>/dev/null || true; done
  if [ -e "$folder/address" ]; then
    ip addr del $added dev lo 2>/dev/null || true
    rm -f "$folder/address"
  fi
}

configure() { # the controller's port; the nodes' follow
  cat >"$conf" <<END
ClusterName=mini
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=$1
NodeName=n[1-$nodes] NodeHostname=localhost NodeAddr=127.0.0.1 Port=[$(($1 + 1))-$(($1 + nodes))] CPUs=1 RealMemory=500 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP PriorityTier=1 PreemptMode=REQUEUE GraceTime=10
PartitionName=urgent Nodes=ALL MaxTime=INFINITE State=UP PriorityTier=10 PreemptMode=OFF
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
MaxArraySize=$array
KillWait=5
ReturnToService=2
# no other user, no munge; a requeued job waits for cred_expire [s] before it starts, 120 by default
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/none
CredType=cred/none
AuthInfo=cred_expire=5
# no cgroups, no MPI, no accounting
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
MailProg=/bin/true
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=2,bf_interval=2,sched_min_interval=0
# everything in one folder
StateSaveLocation=$run/state
SlurmdSpoolDir=$run/spool.%n
SlurmctldPidFile=$run/slurmctld.pid
SlurmdPidFile=$run/slurmd.%n.pid
SlurmctldLogFile=$run/slurmctld.log
SlurmdLogFile=$run/slurmd.%n.log
END
}

all_idle() {
  [ "$(SLURM_CONF=$conf timeout 5 sinfo -h -N -p main -o %t 2>/dev/null | grep -cx idle)" = "$nodes" ]
}

try() { # a port; 0: all nodes are idle within 20 s
  rm -rf "$run"
  mkdir -p "$run/state"
  configure "$1"
  SLURM_CONF=$conf slurmctld -f "$conf" || return 1
  for _ in 1 2 3 4 5 6 7 8 9 10; do # it has gone into the background and writes its number
    [ -s "$run/slurmctld.pid" ] && break
    sleep 0.2
  done
  for i in $(seq "$nodes"); do SLURM_CONF=$conf slurmd -N "n$i" -f "$conf" || return 1; done
  limit=$(($(date +%s) + 20))
  until all_idle; do
    # a client would wait long for a controller that is not there
    [ "$(date +%s)" -lt $limit ] && kill -0 "$(cat "$run/slurmctld.pid" 2>/dev/null || echo none)" 2>/dev/null || return 1
    sleep 0.2
  done
}

start() {
  PATH=$PATH:/usr/sbin:/sbin
  for program in slurmctld slurmd sinfo python3; do
    command -v $program >/dev/null || { echo "mini_slurm.sh: there is no $program here" >&2; exit 77; }
  done
  need_address
  chmod 755 "$folder"
  # below the ports that the kernel hands out by itself; another cluster may have taken one
  port=$((20000 + $(printf %s "$folder" | cksum | cut -d' ' -f1) % 12000))
  for _ in 1 2 3; do
    if try $port; then
      echo "$conf"
      return 0
    fi
    stop
    port=$((20000 + (port - 20000 + 997) % 12000))
  done
  echo "mini_slurm.sh: $nodes nodes did not become idle:" >&2
  grep -h -E 'fatal|error' "$run"/*.log | tail -n 20 >&2
  exit 1
}

case $command in
  start) start ;;
  stop) stop ;;
  *) usage ;;
esac
