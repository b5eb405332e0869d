import { upMessages as m } from '../../messages/areas/up.ts';
import type { Progress, Tell } from '../ui/progress.ts';
import type { Decision } from './decide.ts';
import { proveFixes } from './host-check.ts';

/** The checks that asked for fixes, run again: while the engine is waited for and says hello. */
export interface Proof {
  readonly ended: Promise<void>;
  /** Shows what they found, once they have. Rejects as `proveFixes` does. */
  told(progress: Progress): Promise<void>;
}

/** Begins to run them; nothing is shown before `told`. */
export function startProof({ fixed, target }: Decision): Proof {
  const lines: string[] = [];
  const ended = proveFixes(target, { ids: fixed, tell: (line) => lines.push(line) });
  // Whoever waits for it hears of it; until then nobody does.
  ended.catch(() => undefined);
  const told = async (tell: Tell): Promise<void> => {
    try {
      await ended;
    } finally {
      for (const line of lines) tell(line);
    }
  };
  return {
    ended,
    told: async (progress) => {
      if (fixed.length > 0) await progress.stage(m.stageProving(), told);
    },
  };
}
