#!/bin/sh
# isolate.sh FOLDER COMMAND [ARGUMENT...]: runs one test of a conformance suite where nothing that it leaves behind outlives it.
#
# The command gets process, mount, network, UTS, IPC and cgroup namespaces of its own, an empty /run, devices of its own, and a cgroup in every
# hierarchy that it sees as the root. What the command left (processes, mounts) goes to FOLDER/left, one a line; cgroups are
# listed and removed by the caller, who knows them by the name of FOLDER.
set -eu

# Process 1 of the new namespaces: shows them to the command, then says what was left.
if [ "${1-}" = --inside ]; then
  folder=$2
  shift 2
  mount -t tmpfs -o mode=755 tmpfs /run
  # Runtimes give their standard streams to the container's user, and some do so even with the host's /dev/null.
  mkdir "$folder/dev"
  mount -t tmpfs tmpfs "$folder/dev"
  for node in null zero full random urandom tty; do
    cp -a "/dev/$node" "$folder/dev/$node"
    mount --bind "$folder/dev/$node" "/dev/$node"
  done
  ip link set lo up
  v1=$(cat "$folder/hierarchies")
  if [ -n "$v1" ]; then
    mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
    for controllers in $v1; do
      mkdir "/sys/fs/cgroup/${controllers#name=}"
      mount -t cgroup -o "$controllers" cgroup "/sys/fs/cgroup/${controllers#name=}"
    done
    mkdir /sys/fs/cgroup/unified
    mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified
  else
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
  fi
  sed 's/ - .*//; s/^[0-9]* [0-9]* [^ ]* [^ ]* \([^ ]*\).*/mount \1/' /proc/self/mountinfo >"$folder/mounts"
  status=0
  "$@" || status=$?
  # What is frozen cannot be killed, and these namespaces would never end.
  find /sys/fs/cgroup -name freezer.state ! -path /sys/fs/cgroup/freezer/freezer.state | while read -r state; do
    echo THAWED >"$state"
  done
  {
    sed 's/ - .*//; s/^[0-9]* [0-9]* [^ ]* [^ ]* \([^ ]*\).*/mount \1/' /proc/self/mountinfo |
      grep -vxF -f "$folder/mounts" || true
    for process in /proc/[0-9]*; do
      [ "$process" = /proc/1 ] && continue
      # A process without a command line is a zombie, or one of the shell's own that is gone by now.
      line=$(tr '\0' ' ' 2>/dev/null <"$process/cmdline") || continue
      [ -n "$line" ] && echo "process $line"
    done
  } >"$folder/left"
  exit "$status"
fi

folder=$1
shift
name=$(basename "$folder")
: >"$folder/hierarchies"

# A cgroup of our own in every hierarchy, below the one that we are in.
while IFS=: read -r number controllers path; do
  case $number in
    0) root=/sys/fs/cgroup; [ -d "$root/unified" ] && root=$root/unified ;;
    *) root=/sys/fs/cgroup/${controllers#name=} ;;
  esac
  # Someone else has mounted it somewhere else.
  [ -d "$root" ] || continue
  own=$(echo "$root$path/$name" | tr -s /)
  mkdir "$own"
  echo "$own" >>"$folder/cgroups"
  [ "$number" = 0 ] || echo "$controllers" >>"$folder/hierarchies"
  for file in cpuset.mems cpuset.cpus; do
    if [ -e "$own/$file" ] && [ "$number" != 0 ]; then cat "$root$path/$file" >"$own/$file"; fi
  done
  # A new cgroup of v1 may run nothing in real time until it is given a share; another run may have it all.
  if [ -e "$own/cpu.rt_runtime_us" ]; then cat "$root$path/cpu.rt_runtime_us" 2>/dev/null >"$own/cpu.rt_runtime_us" || true; fi
  echo $$ >"$own/cgroup.procs"
done </proc/self/cgroup

exec unshare --mount --pid --net --uts --ipc --cgroup --fork --kill-child --mount-proc \
  sh "$0" --inside "$folder" "$@"
