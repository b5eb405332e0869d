import { stderr } from 'node:process';
import type { LabMachine } from './machine/lab-machine.ts';

/** What a person wants to see first of a machine on which a test failed. */
const questions = [
  'journalctl --no-pager --lines 60 --unit berth',
  'systemctl status --no-pager berth',
  'systemctl --failed --no-legend',
  "dmesg | grep --ignore-case --extended-regexp 'segfault|oom|error' | tail -n 20",
];

/** Prints what a machine says of itself, after a failed test. */
export async function reportFailure(machine: LabMachine): Promise<void> {
  for (const question of questions) {
    const answer = await machine.run(question).then(
      (outcome) => outcome.stdout + outcome.stderr,
      (error: unknown) => `${String(error)}\n`,
    );
    stderr.write(`--- ${question}\n${answer}`);
  }
}
