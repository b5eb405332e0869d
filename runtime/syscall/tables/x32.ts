import { x86_64 } from './x86_64.ts';

/** Bit that marks a call of the x32 ABI (asm/unistd.h, `__X32_SYSCALL_BIT`). */
export const X32_SYSCALL_BIT = 0x40000000;

/** Calls of x86-64 that x32 does not have: their ABI column in syscall_64.tbl is `64` and they got no x32 twin. */
const without: ReadonlySet<string> = new Set([
  'uselib',
  '_sysctl',
  'create_module',
  'get_kernel_syms',
  'query_module',
  'nfsservctl',
  'set_thread_area',
  'get_thread_area',
  'epoll_ctl_old',
  'epoll_wait_old',
  'vserver',
]);

/** Calls whose structures differ in x32: numbers 512 to 547, in this order. */
const twins: readonly string[] = [
  'rt_sigaction',
  'rt_sigreturn',
  'ioctl',
  'readv',
  'writev',
  'recvfrom',
  'sendmsg',
  'recvmsg',
  'execve',
  'ptrace',
  'rt_sigpending',
  'rt_sigtimedwait',
  'rt_sigqueueinfo',
  'sigaltstack',
  'timer_create',
  'mq_notify',
  'kexec_load',
  'waitid',
  'set_robust_list',
  'get_robust_list',
  'vmsplice',
  'move_pages',
  'preadv',
  'pwritev',
  'rt_tgsigqueueinfo',
  'recvmmsg',
  'sendmmsg',
  'process_vm_readv',
  'process_vm_writev',
  'setsockopt',
  'getsockopt',
  'io_setup',
  'io_submit',
  'execveat',
  'preadv2',
  'pwritev2',
];

const firstTwin = 512;

/**
 * System call numbers of x32 (64-bit calls with 32-bit pointers), the ABI's bit included. Derived from x86-64 as
 * Linux 6.18 does: https://github.com/torvalds/linux/blob/v6.18/arch/x86/entry/syscalls/syscall_64.tbl
 */
export const x32: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(x86_64)
    .filter(([name]) => !without.has(name))
    .map(([name, number]) => {
      const twin = twins.indexOf(name);
      return [name, X32_SYSCALL_BIT + (twin === -1 ? number : firstTwin + twin)];
    }),
);
