import type { LabMachine } from './machine/lab-machine.ts';

/** A command, and when the power goes. */
export interface Cut {
  readonly command: string;
  /** After its begin, in milliseconds. */
  readonly afterMs: number;
}

/** Starts a command, takes the power away in the middle of it, and boots again. Resolves when the machine takes orders. */
export async function cutPower(machine: LabMachine, { command, afterMs }: Cut): Promise<void> {
  // Its connection goes with the machine, unless it had ended before.
  const under = machine.run(command).catch(() => undefined);
  const moment = AbortSignal.timeout(afterMs);
  await new Promise((resolve) => {
    moment.addEventListener('abort', resolve);
  });
  await machine.powerCut();
  await under;
  await machine.powerOn();
}

/** How long a command takes that nobody disturbs, in milliseconds. */
export async function timed(machine: LabMachine, command: string): Promise<number> {
  const started = performance.now();
  await machine.must(command);
  return performance.now() - started;
}
