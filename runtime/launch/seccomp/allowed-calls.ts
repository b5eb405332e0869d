/**
 * System calls that every container may make whatever its capabilities, by what they are for. Facts from Docker's
 * default profile: https://github.com/moby/profiles/blob/seccomp/v0.2.3/seccomp/default.json
 *
 * A name counts on every architecture that has it and is skipped on the others, so the 32-bit names (`chown32`,
 * `mmap2`, `_time64`) stand beside their 64-bit kin.
 *
 * What is deliberately not here: io_uring (its requests pass seccomp by), userfaultfd and add_key/keyctl (roads to
 * kernel bugs, and keyrings are not namespaced), swapon, kexec, nfsservctl and other old or whole-machine calls.
 */
const byPurpose = {
  'open, read and write': `
    open openat openat2 creat close close_range read readv pread64 preadv preadv2 write writev pwrite64 pwritev
    pwritev2 lseek _llseek dup dup2 dup3 fcntl fcntl64 ioctl flock fsync fdatasync sync syncfs sync_file_range
    fadvise64 fadvise64_64 readahead fallocate truncate truncate64 ftruncate ftruncate64 copy_file_range sendfile
    sendfile64 splice tee vmsplice cachestat pipe pipe2`,

  'names and folders': `
    access faccessat faccessat2 chdir fchdir getcwd getdents getdents64 link linkat symlink symlinkat readlink
    readlinkat mkdir mkdirat mknod mknodat rename renameat renameat2 rmdir unlink unlinkat name_to_handle_at`,

  'attributes of files': `
    stat stat64 fstat fstat64 lstat lstat64 newfstatat fstatat64 statx statfs statfs64 fstatfs fstatfs64 chmod fchmod
    fchmodat fchmodat2 chown chown32 fchown fchown32 fchownat lchown lchown32 umask utime utimes futimesat utimensat
    utimensat_time64 getxattr lgetxattr fgetxattr getxattrat setxattr lsetxattr fsetxattr setxattrat listxattr
    llistxattr flistxattr listxattrat removexattr lremovexattr fremovexattr removexattrat`,

  'waiting for files': `
    poll ppoll ppoll_time64 select _newselect pselect6 pselect6_time64 epoll_create epoll_create1 epoll_ctl
    epoll_ctl_old epoll_wait epoll_wait_old epoll_pwait epoll_pwait2 eventfd eventfd2 signalfd signalfd4
    inotify_init inotify_init1 inotify_add_watch inotify_rm_watch fanotify_mark io_setup io_destroy io_submit
    io_cancel io_getevents io_pgetevents io_pgetevents_time64`,

  memory: `
    brk mmap mmap2 munmap mremap mprotect madvise mincore msync mlock mlock2 mlockall munlock munlockall
    remap_file_pages pkey_alloc pkey_free pkey_mprotect memfd_create memfd_secret membarrier mseal map_shadow_stack`,

  'processes and threads': `
    fork vfork execve execveat exit exit_group wait4 waitid waitpid getpid getppid gettid getpgid getpgrp setpgid
    getsid setsid set_tid_address set_thread_area get_thread_area set_robust_list get_robust_list rseq prctl
    pidfd_open process_mrelease restart_syscall getcpu uretprobe`,

  'users, groups and capabilities': `
    getuid getuid32 geteuid geteuid32 getgid getgid32 getegid getegid32 getresuid getresuid32 getresgid getresgid32
    getgroups getgroups32 setuid setuid32 setgid setgid32 setreuid setreuid32 setregid setregid32 setresuid
    setresuid32 setresgid setresgid32 setfsuid setfsuid32 setfsgid setfsgid32 setgroups setgroups32 capget capset`,

  signals: `
    kill tkill tgkill pidfd_send_signal pause alarm sigaltstack sigprocmask sigreturn rt_sigaction rt_sigpending
    rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64
    rt_tgsigqueueinfo`,

  'locks between threads': `
    futex futex_time64 futex_wait futex_waitv futex_wake futex_requeue`,

  'scheduling and limits': `
    sched_yield sched_getaffinity sched_setaffinity sched_getattr sched_setattr sched_getparam sched_setparam
    sched_getscheduler sched_setscheduler sched_get_priority_max sched_get_priority_min sched_rr_get_interval
    sched_rr_get_interval_time64 getpriority setpriority ioprio_get ioprio_set getrlimit ugetrlimit setrlimit
    prlimit64 getrusage times`,

  // Setting the clock without CAP_SYS_TIME fails in the kernel; adjtimex and its kin also only read.
  time: `
    time gettimeofday clock_gettime clock_gettime64 clock_getres clock_getres_time64 clock_nanosleep
    clock_nanosleep_time64 nanosleep adjtimex clock_adjtime clock_adjtime64 getitimer setitimer timer_create
    timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime timer_settime64 timerfd_create
    timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64`,

  // socket(2) is not here: it depends on the address family.
  network: `
    socketpair bind connect listen accept accept4 getsockname getpeername getsockopt setsockopt shutdown send sendto
    sendmsg sendmmsg recv recvfrom recvmsg recvmmsg recvmmsg_time64 socketcall`,

  'System V and POSIX message passing': `
    ipc msgctl msgget msgrcv msgsnd semctl semget semop semtimedop semtimedop_time64 shmat shmctl shmdt shmget
    mq_open mq_unlink mq_getsetattr mq_notify mq_timedreceive mq_timedreceive_time64 mq_timedsend
    mq_timedsend_time64`,

  'giving up rights': `
    seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self`,

  'asking about the system': `
    uname sysinfo getrandom statmount listmount`,
} as const;

/** The names above in one list. */
export const alwaysAllowed: readonly string[] = Object.values(byPurpose).flatMap((names) =>
  names.trim().split(/\s+/),
);
