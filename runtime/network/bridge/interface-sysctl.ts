import { AT_FDCWD, O_CLOEXEC, O_WRONLY } from '../../syscall/constants/fs.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';

/** A setting of one interface: net/ipv4/conf or net/ipv6/conf in Documentation/networking/ip-sysctl.rst. */
export interface InterfaceSysctl {
  readonly family: 4 | 6;
  /** Of the interface. */
  readonly name: string;
  readonly key: string;
  readonly value: string;
}

/**
 * Adds steps that set it in the network namespace that the program is in. On a host whose kernel is without IPv6 there is nothing
 * to set about that.
 */
export function setInterfaceSysctl(
  p: ProgramBuilder,
  { family, name, key, value }: InterfaceSysctl,
): void {
  const path = `/proc/sys/net/ipv${family}/conf/${name}/${key}`;
  const label = `set ${key} of ${name} to ${value}`;
  const [opened, done] = [p.label(), p.label()];
  const flags = O_WRONLY | O_CLOEXEC;
  const file = p.call(label, 'openat', [AT_FDCWD, p.string(path), flags, 0], { onError: 'ignore' });
  p.jumpIf('ge', file, 0, opened);
  if (family === 6) p.jumpIf('eq', file, -errnoNumber('ENOENT'), done);
  p.fail(label, p.compute('sub', 0, file));
  p.place(opened);
  p.call(label, 'write', [file, p.string(value), value.length]);
  p.call(label, 'close', [file]);
  p.place(done);
}
