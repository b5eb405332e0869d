import { mirrorMessages as m } from '../../messages/areas/mirrors.ts';
import { humanSize } from '../../runtime/cli/render/size.ts';
import type { MirrorKind, Ranked } from './candidate.ts';
import { urlOf, type Catalogue, type CatalogueMirror } from './catalogue/catalogue.ts';
import { dayOf, kindWord, partWord, standingWord, whyOf } from './render-reason.ts';
import { textTable, type Column } from '../ui/text-table.ts';

const unknown = '-';

/** The catalogue as a table, with what was found out lately. */
export function renderCatalogue(
  catalogue: Catalogue,
  shown: { readonly kinds: readonly MirrorKind[]; readonly results: readonly Ranked[] },
): string {
  const resultOf = (mirror: CatalogueMirror): Ranked | undefined =>
    shown.results.find((each) => each.kind === mirror.kind && each.url === urlOf(mirror));
  const rows = shown.kinds.flatMap((kind) =>
    catalogue.mirrors.filter((each) => each.kind === kind),
  );
  const columns: readonly Column<CatalogueMirror>[] = [
    { heading: m.headKind(), cell: ({ kind }) => kindWord(kind) },
    { heading: m.headName(), cell: ({ name }) => name },
    { heading: m.headUrl(), cell: urlOf },
    { heading: m.headOperator(), cell: ({ operator }) => operator },
    { heading: m.headRestriction(), cell: ({ restriction }) => restrictionWord(restriction) },
    { heading: m.headState(), cell: ({ state }) => `${stateWord(state.is)} (${state.date})` },
    {
      heading: m.headTested(),
      cell: (mirror) => {
        const result = resultOf(mirror);
        return result === undefined ? unknown : standingWord(result.verdict.standing);
      },
    },
  ];
  const source = catalogue.path ?? m.catalogueOwn();
  return `${textTable(columns, rows)}${m.catalogueLine({ source, date: catalogue.collected })}\n`;
}

function restrictionWord(restriction: CatalogueMirror['restriction']): string {
  const words: Readonly<Record<CatalogueMirror['restriction'], () => string>> = {
    none: m.restrictionNone,
    'cloud-only': m.restrictionCloud,
    'china-only': m.restrictionChina,
    'allow-list': m.restrictionAllowList,
    'campus-only': m.restrictionCampus,
    account: m.restrictionAccount,
  };
  return words[restriction]();
}

function stateWord(state: CatalogueMirror['state']['is']): string {
  const words: Readonly<Record<CatalogueMirror['state']['is'], () => string>> = {
    listed: m.stateListed,
    restricted: m.stateRestricted,
    unreachable: m.stateUnreachable,
    closed: m.stateClosed,
  };
  return words[state]();
}

/** A ranking of one kind as a table, the best first. */
export function renderRanking(kind: MirrorKind, ranked: readonly Ranked[], nowMs: number): string {
  const rows = ranked.map((each, index) => ({ ...each, rank: index + 1 }));
  const columns: readonly Column<(typeof rows)[number]>[] = [
    { heading: m.headRank(), cell: ({ rank }) => String(rank) },
    { heading: m.headName(), cell: ({ name }) => name },
    { heading: m.headStanding(), cell: ({ verdict }) => standingWord(verdict.standing) },
    {
      heading: m.headFirstByte(),
      cell: ({ verdict: { firstByteMs } }) =>
        firstByteMs === undefined ? unknown : `${firstByteMs} ms`,
    },
    {
      heading: m.headThroughput(),
      cell: ({ verdict: { bytesPerSecond } }) =>
        bytesPerSecond === undefined ? unknown : `${humanSize(bytesPerSecond)}/s`,
    },
    ...(kind === 'packages'
      ? [
          {
            heading: m.headMade(),
            cell: ({ verdict: { madeAtMs } }: Ranked) =>
              madeAtMs === undefined ? unknown : dayOf(madeAtMs),
          },
        ]
      : []),
    { heading: m.headUrl(), cell: ({ url }) => url },
    { heading: m.headWhy(), cell: whyOf },
  ];
  const oldest = Math.min(...ranked.map(({ testedAtMs }) => testedAtMs));
  const seconds = Math.round((nowMs - oldest) / 1000);
  const note = seconds > freshSeconds ? `${m.fromCache({ age: ageOf(seconds) })}\n` : '';
  return `${kindWord(kind)}\n${textTable(columns, rows)}${note}`;
}

/** A ranking takes seconds: what is older was not made now. */
const freshSeconds = 30;

function ageOf(seconds: number): string {
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

/** What was found out of mirrors that were named, each part by part. */
export function renderTests(tested: readonly Ranked[]): string {
  return tested
    .map((each) => {
      const { name, url, kind, verdict } = each;
      const speed =
        verdict.bytesPerSecond === undefined
          ? []
          : [`  ${m.headThroughput()}: ${humanSize(verdict.bytesPerSecond)}/s`];
      const why = whyOf(each);
      return [
        `${name} (${kindWord(kind)}, ${url}): ${standingWord(verdict.standing)}`,
        ...verdict.proved.map((part) => `  ✓ ${partWord(part)}`),
        ...(why === '' ? [] : [`  ✗ ${why}`]),
        ...speed,
        '',
      ].join('\n');
    })
    .join('\n');
}

/** Results for programs: what the cache keeps, with the reason in words and the time as RFC 3339. */
export function resultsJson(catalogue: Catalogue, ranked: readonly Ranked[]): string {
  const results = ranked.map((each) => {
    const why = whyOf(each);
    const testedAt = new Date(each.testedAtMs).toISOString();
    return { ...each, testedAt, ...(why === '' ? {} : { why }) };
  });
  const { path = null, collected } = catalogue;
  return `${JSON.stringify({ catalogue: { path, collected }, results }, undefined, 2)}\n`;
}
