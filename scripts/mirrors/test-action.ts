import { catalogueOf, subjectOf, type ActionInput } from './action.ts';
import type { Candidate, Ranked } from './candidate.ts';
import { upstreamName } from './catalogue/catalogue.ts';
import { parseWishes, type Wish } from './catalogue/wish.ts';
import { requireNames } from './options.ts';
import { mostTelling } from './order.ts';
import { race } from './race.ts';
import { renderTests, resultsJson } from './render-mirrors.ts';
import { candidate, packageCandidates, upstreamUrl, type TestSubject } from './tester.ts';
import { isUsable } from './verdict.ts';

/** `berth mirrors test NAME|URL ...`: what each of them serves. Ends with 1 when one of them cannot be used. */
export async function testAction(input: ActionInput): Promise<number> {
  const { context, options } = input;
  const names = requireNames('test', input.names, { least: 1, most: Infinity });
  const catalogue = await catalogueOf(input);
  const subject = await subjectOf(input, catalogue);
  const { clock, signal, console } = context;
  const { deadlineMs, kinds, format } = options;
  const only = kinds.length === 1 ? `${String(kinds[0])}=` : '';
  const groups = names.flatMap((name) => {
    const wishes = parseWishes(
      [/^(registry|packages)=/.test(name) ? name : `${only}${name}`],
      catalogue,
    );
    return oneOf(Object.entries(wishes) as (readonly [Candidate['kind'], Wish])[], subject);
  });
  const candidates = groups.flat();
  const tested = await race(candidates, { clock, signal, deadlineMs, until: 'all' });
  const best = groups.map((group) => bestOf(group, tested));
  await console.output.write(format === 'json' ? resultsJson(catalogue, best) : renderTests(best));
  return best.every(({ verdict }) => isUsable(verdict)) ? 0 : 1;
}

/** Ways to read what one name may mean, of which the best counts. */
function oneOf(
  wishes: readonly (readonly [Candidate['kind'], Wish])[],
  subject: TestSubject,
): readonly (readonly Candidate[])[] {
  const each = wishes.map(([kind, wish]): readonly Candidate[] => {
    if (wish.kind === 'auto') return [];
    const mirror =
      wish.kind === 'upstream'
        ? { name: upstreamName, url: upstreamUrl(kind, subject.catalogue) }
        : wish;
    return kind === 'packages'
      ? packageCandidates(mirror, subject)
      : [candidate('registry', mirror, subject)];
  });
  const isUnclear = wishes.some(
    ([, wish]) => wish.kind === 'mirror' && wish.certainty === 'perhaps',
  );
  return (isUnclear ? [each.flat()] : each).filter((group) => group.length > 0);
}

function bestOf(group: readonly Candidate[], tested: readonly Ranked[]): Ranked {
  const found = mostTelling(
    tested.filter((each) => group.some(({ kind, url }) => each.kind === kind && each.url === url)),
  );
  if (found === undefined) throw new Error('a mirror was tested and has no verdict');
  return found;
}
