import type { Device } from '../../spec/device.ts';
import { S_IFBLK, S_IFCHR, S_IFIFO } from '../../syscall/constants/fs.ts';

/** The file type of a device, as mknod(2) takes it. */
export const fileTypes: Readonly<Record<Device['type'], number>> = {
  c: S_IFCHR,
  u: S_IFCHR,
  b: S_IFBLK,
  p: S_IFIFO,
};

/** The kernel's encoding of a device number for user space (new_encode_dev, include/linux/kdev_t.h, Linux 6.18). */
export function deviceNumber({ type, major = 0, minor = 0 }: Device): number {
  if (type === 'p') return 0;
  return (minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12);
}
