import {
  O_CLOEXEC,
  O_CREAT,
  O_EXCL,
  O_NOFOLLOW,
  O_RDONLY,
  O_WRONLY,
} from '../../syscall/constants/fs.ts';
import type { Address, Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { copyAttributes } from './copy-attributes.ts';

/** What is copied at a time; the largest that sendfile(2) takes. */
const chunk = 0x7fff_f000;

/** Where the copying of a tree is. */
export interface TreeCopy {
  /** The two folders, as descriptors. */
  readonly source: Ref;
  readonly target: Ref;
  /** Absolute address of the name of what is copied. */
  readonly name: Ref;
  /** Its status. */
  readonly status: Address;
  readonly label: string;
}

/** Copies a regular file, with sendfile(2): from file to file since Linux 2.6.33, across file systems. */
export function copyFile(
  p: ProgramBuilder,
  { source, target, name, status, label }: TreeCopy,
): void {
  const [again, done] = [p.label(), p.label()];
  const reads = O_NOFOLLOW.or(O_RDONLY | O_CLOEXEC);
  const writes = O_NOFOLLOW.or(O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC);
  const from = p.call(label, 'openat', [source, name, reads, 0]);
  const to = p.call(label, 'openat', [target, name, writes, 0o600]);
  p.place(again);
  const copied = p.call(label, 'sendfile', [to, from, 0, chunk]);
  p.jumpIf('eq', copied, 0, done);
  p.jump(again);
  p.place(done);
  copyAttributes(p, { source: from, target: to, status, label });
  p.call(label, 'close', [from]);
  p.call(label, 'close', [to]);
}
