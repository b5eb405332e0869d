import type { Mount } from './mount.ts';

/**
 * What every container has in /dev, whoever makes it (runtime-spec 1.2, config-linux.md, Default Filesystems), as runc and
 * Docker mount it.
 */
export const usualMounts = {
  dev: {
    destination: '/dev',
    type: 'tmpfs',
    source: 'tmpfs',
    options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
  },
  pts: {
    destination: '/dev/pts',
    type: 'devpts',
    source: 'devpts',
    options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
  },
  mqueue: {
    destination: '/dev/mqueue',
    type: 'mqueue',
    source: 'mqueue',
    options: ['nosuid', 'noexec', 'nodev'],
  },
} satisfies Readonly<Record<string, Mount>>;

/** What is mounted on /dev/shm. @param size as tmpfs(5) has it: bytes, or a number with a unit. */
export function shmMount(size: string): Mount {
  return {
    destination: '/dev/shm',
    type: 'tmpfs',
    source: 'shm',
    options: ['nosuid', 'noexec', 'nodev', 'mode=1777', `size=${size}`],
  };
}
