import { spawn } from 'node:child_process';
import { installedModules } from './image/guest-files.ts';
import { repository } from './lab-folder.ts';
import type { LabMachine } from './machine/lab-machine.ts';
import { describe, runChecked } from './run-command.ts';

/** Where the clone is on a machine. */
export const clone = '/root/berth';

/**
 * Puts what a clone of the repository would have on a machine: the working tree with what is not committed yet, without
 * what git ignores. No package is installed there.
 */
export async function cloneTo(machine: LabMachine): Promise<void> {
  const listed = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const files = await runChecked(['git', '-C', repository, ...listed]);
  // A file can be in git's index and gone from the disk.
  const tar = spawn(
    'tar',
    ['-C', repository, '-c', '--null', '--ignore-failed-read', '--owner=0', '--group=0', '-T', '-'],
    { stdio: ['pipe', 'pipe', 'ignore'] },
  );
  tar.stdin.end(files);
  const outcome = await machine.run(`mkdir -p ${clone} && tar -x -C ${clone}`, {
    input: tar.stdout,
  });
  if (outcome.exitCode !== 0) throw new Error(`no clone on the machine: ${describe(outcome)}`);
}

/**
 * The same with the npm packages in place and all that the pinned Node.js needs: as after a first `berth` command, whose
 * minutes of unpacking a scenario about something else need not wait for.
 */
export async function installedCloneTo(machine: LabMachine): Promise<void> {
  await cloneTo(machine);
  await machine.must(`mv ${installedModules} ${clone}/node_modules`);
  // Newer than package-lock.json: that is how the clone knows that they are up to date.
  await machine.must(`touch ${clone}/node_modules/.package-lock.json`);
  await machine.must('apt-get install -y -qq libatomic1');
}
