import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cpioArchive, fileMode, folderMode, programMode, type CpioEntry } from './cpio.ts';
import { moduleOrder } from './module-order.ts';
import { bootModules } from './packages.ts';

/** What an initial RAM file system is made from. */
export interface InitramfsSources {
  /** The folder `/lib/modules/<version>`. */
  readonly modulesFolder: string;
  /** A static busybox. */
  readonly busybox: string;
}

/** The initial RAM file system: busybox, the modules for the disk, and a script that hands over to the disk's init. */
export function initramfs({ modulesFolder, busybox }: InitramfsSources): Buffer {
  const table = (name: string) => readFileSync(join(modulesFolder, name), 'utf8');
  const modules = moduleOrder(bootModules, {
    dependencies: table('modules.dep'),
    builtin: table('modules.builtin'),
  });
  const folders = ['bin', 'dev', 'modules', 'proc', 'root', 'sys'];
  return cpioArchive([
    ...folders.map((path): CpioEntry => ({ path, mode: folderMode })),
    { path: 'bin/busybox', mode: programMode, content: readFileSync(busybox) },
    { path: 'init', mode: programMode, content: Buffer.from(initScript(modules)) },
    ...modules.map((path): CpioEntry => ({
      path: `modules/${basename(path)}`,
      mode: fileMode,
      content: readFileSync(join(modulesFolder, path)),
    })),
  ]);
}

/** The first program of the machine. It hands over as switch_root(8) does. */
function initScript(modules: readonly string[]): string {
  return `#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs devtmpfs /dev
${modules.map((path) => `/bin/busybox insmod /modules/${basename(path)}`).join('\n')}
/bin/busybox mount -t ext4 -o rw /dev/vda /root || exec /bin/busybox poweroff -f
/bin/busybox umount /dev /sys /proc
exec /bin/busybox switch_root /root /sbin/init
`;
}
