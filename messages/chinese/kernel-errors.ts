import type { ErrorCode } from '../../runtime/errors/catalogue.ts';
import { byProblem, from, quoted, type ErrorTranslation } from './error-translation.ts';

/** What to do about a call that failed, by the name of its error (runtime/syscall). */
const remedies: Readonly<Record<string, string>> = {
  EPERM: '请以 root 身份并带全部能力（capability）运行；在容器或用户命名空间中，内核可能不允许。',
  EACCES: '请检查权限，以及安全模块（SELinux、AppArmor）是否禁止了该操作。',
  ENOSYS: '内核没有这个系统调用：请使用更新的内核。',
  ENODEV: '内核缺少该文件系统或设备：请加载相应模块。',
  ENOSPC: '请释放磁盘空间，或提高已用尽的限额（inode、命名空间、cgroup）。',
  ENOMEM: '请释放内存。',
  EMFILE: '请提高打开文件数的上限。',
  ENFILE: '请提高打开文件数的上限。',
  EAGAIN: '请提高进程数的上限（pids.max、RLIMIT_NPROC）。',
  EDQUOT: '请在磁盘配额内腾出空间，或提高配额。',
  EROFS: '请选择位于可写文件系统上的目录。',
};

/** Names of errors that have a remedy in Chinese. */
export const remediedErrnos: readonly string[] = Object.keys(remedies);

/** Errors of the calls that berth makes to the kernel. */
export const kernelErrors = {
  SYSCALL_FAILED: from(['program', 'step', 'errno'], (p) => ({
    message: `系统调用失败：${p.program}：${p.step}：${p.errno}`,
    remedy: remedies[p.errno],
  })),
  PROGRAM_TIMEOUT: from(['program', 'timeoutMs'], (p) => ({
    message: `${p.program}：${p.timeoutMs} 毫秒后仍未结束，已被强制终止`,
    remedy: '请用 dmesg 查找没有响应的挂载点或设备。',
  })),
  PROGRAM_CRASHED: from(['program', 'signal', 'status'], (p) => ({
    message:
      p.signal === '0'
        ? `${p.program}：进程以退出码 ${(Number(p.status) >> 8) & 0xff} 结束，没有应答`
        : `${p.program}：进程被信号 ${p.signal} 终止，没有应答`,
  })),
  PROGRAM_INVALID: byProblem({
    refused: from(['errno'], (p) => ({
      message: `启动器拒绝了收到的内容：${p.errno}；应为完整的系统调用程序`,
    })),
    nul: from(['program', 'text'], (p) => ({
      message: `${p.program}：字符串 ${p.text} 中含有 NUL 字符；不应含有`,
    })),
    program: quoted('系统调用程序无效'),
  }),
  LAUNCHER_LOST: byProblem({
    ended: () => ({
      message: '启动器进程在程序运行期间结束了',
      remedy: '请重试：下一个程序会启动新的启动器。',
    }),
    stopped: () => ({ message: '启动器进程已停止', remedy: '请重新启动守护进程。' }),
    'no-folder': from(['folders'], (p) => ({
      message: `启动器无法从以下任何目录启动：${p.folders}；需要一个可写且未以 noexec 挂载的目录`,
      remedy: '请以 root 身份运行，并使其中一个目录不以 noexec 挂载。',
    })),
  }),
  ARCH_UNSUPPORTED: from(['processor'], (p) => ({
    message: `处理器是"${p.processor}"；应为 x86-64 或 AArch64`,
    remedy: '请使用 64 位 x86 或 ARM 主机。',
  })),
} satisfies Partial<Record<ErrorCode, ErrorTranslation>>;
