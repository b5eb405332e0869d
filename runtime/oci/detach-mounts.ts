import { Launcher } from '../syscall/launcher.ts';
import { ProgramBuilder } from '../syscall/program-builder.ts';
import { MNT_DETACH, UMOUNT_NOFOLLOW } from '../syscall/constants/mount.ts';

/** Detaches mounts, in this order. Throws SYSCALL_FAILED. */
export async function detach(points: readonly string[]): Promise<void> {
  const launcher = await Launcher.start();
  try {
    const p = new ProgramBuilder('detach mounts');
    for (const point of points) {
      p.call(`detach ${point}`, 'umount2', [p.string(point), MNT_DETACH | UMOUNT_NOFOLLOW]);
    }
    await launcher.run(p);
  } finally {
    await launcher.stop();
  }
}
