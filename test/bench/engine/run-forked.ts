import { SIGCHLD } from '../../../runtime/syscall/constants/process.ts';
import type { Launcher } from '../../../runtime/syscall/launcher.ts';
import { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';

/**
 * Runs a command and waits for its end. It is forked from the launcher's few kilobytes and not from this process: a
 * peer must not pay for what Node.js takes to fork.
 */
export async function runForked(launcher: Launcher, command: readonly string[]): Promise<void> {
  const p = new ProgramBuilder(command.join(' '));
  const parent = p.label();
  const status = p.reserve(8);
  const child = p.call('fork', 'clone', [SIGCHLD, 0, 0, 0, 0]);
  p.jumpIf('ne', child, 0, parent);
  const env = p.stringArray([`PATH=${process.env['PATH'] ?? ''}`]);
  p.call('execute', 'execve', [p.string(command[0] ?? ''), p.stringArray(command), env]);
  p.place(parent);
  p.call('wait', 'wait4', [child, status, 0, 0]);
  p.reply(status, 8);
  p.exit(0);
  const { data } = await launcher.run(p);
  if (data.readUInt32LE(0) !== 0) throw new Error(`${p.name}: status ${data.readUInt32LE(0)}`);
}
