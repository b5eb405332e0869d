import { isBerthError } from '../../runtime/errors/berth-error.ts';
import { hasErrno } from '../../runtime/host/files.ts';

/** What to do about an error that came from the operating system or a step, as one sentence. */
export function remedyFor(error: unknown): string {
  if (isBerthError(error) && error.remedy !== undefined) return error.remedy;
  if (hasErrno(error, 'ENOSPC', 'EDQUOT')) {
    return 'Make room on that file system ("df -h" and "df -i" show it), then run the command again.';
  }
  if (hasErrno(error, 'EROFS')) {
    return 'Make that file system writable ("mount -o remount,rw"), then run the command again.';
  }
  if (hasErrno(error, 'EACCES', 'EPERM')) {
    return 'Look what forbids it ("lsattr", AppArmor or SELinux messages in "dmesg"), then run the command again.';
  }
  return 'Put right what the message names, then run the command again.';
}
