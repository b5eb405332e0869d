import { Listr } from 'listr2';
import type { Console } from '../../runtime/host/console.ts';
import type { Progress } from './progress.ts';

/** A turning wheel for the stage that is under way and a tick behind each that is done, by listr2. */
export function terminalProgress(console: Console): Progress {
  return {
    stage: async (title, work) => {
      let outcome: { readonly value: Awaited<ReturnType<typeof work>> } | undefined;
      const list = new Listr(
        [
          {
            title,
            task: async (_context, task) => {
              const value = await work((line) => {
                task.output = line;
              });
              outcome = { value };
            },
            rendererOptions: { persistentOutput: true, outputBar: Infinity },
          },
        ],
        // main shows the error; Ctrl-C is the verb's to handle, which has something to undo.
        { registerSignalListeners: false, rendererOptions: { showErrorMessage: false } },
      );
      await list.run();
      if (outcome === undefined) throw new Error(`the stage "${title}" ended without a result`);
      return outcome.value;
    },
    say: (line) => console.output.write(`${line}\n`),
  };
}
