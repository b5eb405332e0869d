import { Argument } from 'commander';
import { completionMessages as m } from '../../messages/areas/completion.ts';
import type { Verb, VerbEntry } from '../cli/verb.ts';
import { complete } from './candidates.ts';
import { type Shell, shells, shellScripts } from './shell-scripts.ts';

/** `berth completion bash|zsh|fish`: prints what a shell needs to complete command lines of berth. */
export const completionVerb: Verb = {
  define: (command) => {
    command.addArgument(new Argument('<shell>', m.shell()).choices(shells));
  },
  run: async ({ console }, command) => {
    const [shell] = command.processedArgs as [Shell];
    await console.output.write(shellScripts[shell]);
    return 0;
  },
};

/** `berth __complete -- words`: what a shell asks when somebody has pressed Tab. It says nothing of errors. */
export const completeVerb = (verbs: () => Promise<readonly VerbEntry[]>): Verb => ({
  define: (command) => {
    command.argument('[words...]', m.words());
  },
  run: async ({ console, env }, command) => {
    const { files, candidates } = await complete(command.args, { env, verbs: await verbs() });
    const lines = candidates.map(({ word, description }) => `${word}\t${description}\n`);
    await console.output.write(`${files === 'too' ? 'files' : 'words'}\n${lines.join('')}`);
    return 0;
  },
});
