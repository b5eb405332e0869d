import { stdout } from 'node:process';
import { LabMachine } from './machine/lab-machine.ts';
import { clone, cloneTo } from './working-tree.ts';

/** A fresh machine with the clone on it, for a person: `node test/lab/by-hand.ts`. Ctrl-C ends it. */
const machine = await LabMachine.start();
try {
  await cloneTo(machine);
  stdout.write(`The clone is in ${clone}. A shell on the machine:\n`);
  stdout.write(`  ${machine.shellCommand.join(' ')}\nCtrl-C ends it.\n`);
  await ended();
} finally {
  await machine.stop();
}

/** Resolves on the first signal that asks for an end. The timer keeps Node.js running until then. */
async function ended(): Promise<void> {
  await new Promise<void>((resolve) => {
    const awake = setInterval(() => undefined, 60_000);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        clearInterval(awake);
        resolve();
      });
    }
  });
}
