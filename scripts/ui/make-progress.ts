import type { Console } from '../../runtime/host/console.ts';
import { indent } from './indent.ts';
import type { Progress } from './progress.ts';

/** How a command may show what it does. */
export type ProgressStyle = 'terminal' | 'plain' | 'silent';

/** `silent` where the output is for a program; a moving picture only for a person who watches. */
export function progressStyleFor(
  console: Console,
  options: { readonly json: true | undefined },
): ProgressStyle {
  if (options.json) return 'silent';
  // A serial console may say that it has no columns: nothing can be laid out in them.
  const columns = console.output.size()?.columns ?? 0;
  return console.output.isTerminal && columns > 0 ? 'terminal' : 'plain';
}

/** Makes the progress display of a style. */
export async function makeProgress(style: ProgressStyle, console: Console): Promise<Progress> {
  switch (style) {
    case 'terminal':
      return (await import('./terminal-progress.ts')).terminalProgress(console);
    case 'plain':
      return plainProgress(console);
    case 'silent':
      return silentProgress;
  }
}

/** Lines in the order in which things happen: for logs, pipes and `npm run`. */
function plainProgress(console: Console): Progress {
  const print = async (line: string): Promise<void> => {
    // A reader that has gone must not stop what is being done to the host half-way.
    await console.output.write(`${line}\n`).catch(() => undefined);
  };
  return {
    stage: async (title, work) => {
      await print(`==> ${title}`);
      return work((line) => void print(indent(line)));
    },
    say: print,
  };
}

const silentProgress: Progress = {
  stage: (_title, work) => work(() => undefined),
  say: () => Promise.resolve(),
};
