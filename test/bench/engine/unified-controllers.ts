import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';

/**
 * Lets crun run on a hybrid host: it refuses one whose unified hierarchy has controllers, and every controller that nobody
 * has mounted is there. They are mounted on `folder` meanwhile.
 */
export async function withoutUnifiedControllers(
  folder: string,
  action: () => Promise<void>,
): Promise<void> {
  const controllers = unifiedControllers();
  if (controllers.length > 0) {
    mkdirSync(folder, { recursive: true });
    execFileSync('mount', ['-t', 'cgroup', '-o', controllers.join(','), 'none', folder]);
  }
  try {
    await action();
  } finally {
    if (controllers.length > 0) execFileSync('umount', [folder]);
  }
}

function unifiedControllers(): readonly string[] {
  try {
    const text = readFileSync('/sys/fs/cgroup/unified/cgroup.controllers', 'utf8');
    return text.split(/\s+/).filter((name) => name !== '');
  } catch {
    // Not hybrid: crun takes the host as it is.
    return [];
  }
}
