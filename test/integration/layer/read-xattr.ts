import { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';
import type { Launcher } from '../../../runtime/syscall/launcher.ts';

/** An extended attribute of a file, not following a link, as latin1; `undefined` when it has none of that name. */
export async function readXattr(
  launcher: Launcher,
  path: string,
  name: string,
): Promise<string | undefined> {
  const p = new ProgramBuilder('read attribute');
  const value = p.reserve(65_536);
  const none = p.label();
  const args = [p.string(path), p.string(name), value, 65_536];
  const length = p.call('read', 'lgetxattr', args, { onError: none });
  p.reply(value, length);
  p.place(none);
  const { data } = await launcher.run(p);
  return data.byteLength === 0 ? undefined : data.toString('latin1');
}
