import { mirrorMessages as m } from '../../messages/areas/mirrors.ts';
import { catalogueOf, subjectOf, type ActionInput } from './action.ts';
import type { Ranked } from './candidate.ts';
import { rankMirrors } from './rank.ts';
import { renderRanking, resultsJson } from './render-mirrors.ts';
import { isUsable } from './verdict.ts';

/** `berth mirrors rank`: all mirrors, the best first. Ends with 1 when one of the kinds has none that can be used. */
export async function rankAction(input: ActionInput): Promise<number> {
  const { context, host, options } = input;
  const { console, clock, signal } = context;
  const catalogue = await catalogueOf(input);
  const subject = await subjectOf(input, catalogue);
  const hasPackages = subject.repositoriesAt('http://any').length > 0;
  const kinds = options.kinds.filter((kind) => kind === 'registry' || hasPackages);
  if (kinds.length < options.kinds.length) await console.errors.write(`${m.noPackagesHere()}\n`);
  const rankings: (readonly Ranked[])[] = [];
  // One kind after the other: they would take the line from each other.
  for (const kind of kinds) {
    const { deadlineMs, results, which } = options;
    const until = which === 'all' ? 'all' : 'first';
    const ranked = await rankMirrors(kind, subject, {
      ...{ host, clock, signal, deadlineMs, results, which, until },
    });
    rankings.push(ranked);
    if (options.format === 'text') {
      await console.output.write(`${renderRanking(kind, ranked, clock.now())}\n`);
    }
  }
  if (options.format === 'json') {
    await console.output.write(resultsJson(catalogue, rankings.flat()));
  }
  const isEachServed = rankings.every((ranked) => ranked.some(({ verdict }) => isUsable(verdict)));
  return isEachServed ? 0 : 1;
}
