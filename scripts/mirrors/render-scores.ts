import { language } from '../../messages/language.ts';
import { mirrorScoreMessages as m } from '../../messages/areas/mirror-scores.ts';
import type { MirrorRow } from '../../runtime/cli/client/mirrors.ts';
import { humanSince } from '../../runtime/cli/render/duration.ts';
import { humanSize } from '../../runtime/cli/render/size.ts';
import { textTable, type Column } from '../ui/text-table.ts';

const unknown = '-';

/** As the tables of the engine's verbs are, which this one came from. */
const spacing = { gap: 3, narrowest: 10 };

/** What pulls have measured of each source, as a table for people. */
export function renderScores(rows: readonly MirrorRow[], nowMs: number): string {
  const columns: readonly Column<MirrorRow>[] = [
    { heading: m.headRegistry(), cell: ({ registry }) => registry },
    { heading: m.headSource(), cell: ({ source }) => source },
    { heading: m.headKind(), cell: ({ kind }) => wordFor(kindWords, kind) },
    { heading: m.headState(), cell: ({ state }) => wordFor(stateWords, state) },
    {
      heading: m.headFirstByte(),
      cell: ({ firstByteMs }) => (firstByteMs === undefined ? unknown : `${firstByteMs} ms`),
    },
    {
      heading: m.headThroughput(),
      cell: ({ bytesPerSecond }) =>
        bytesPerSecond === undefined ? unknown : `${humanSize(bytesPerSecond)}/s`,
    },
    { heading: m.headServed(), cell: ({ bytes }) => humanSize(bytes) },
    { heading: m.headBlobs(), cell: ({ blobs }) => String(blobs) },
    { heading: m.headErrors(), cell: ({ errors }) => String(errors) },
    { heading: m.headWrong(), cell: ({ wrongDigests }) => String(wrongDigests) },
    {
      heading: m.headLastUsed(),
      cell: ({ lastUsedSeconds }) =>
        lastUsedSeconds === undefined ? m.never() : since(lastUsedSeconds, nowMs),
    },
  ];
  return textTable(columns, rows, spacing);
}

/** The engine's words for them; one that a newer engine has stays as it is. */
const kindWords: Readonly<Record<string, () => string>> = {
  mirror: m.kindMirror,
  origin: m.kindOrigin,
};
const stateWords: Readonly<Record<string, () => string>> = {
  untried: m.stateUntried,
  good: m.stateGood,
  failing: m.stateFailing,
  dropped: m.stateDropped,
};

function wordFor(words: Readonly<Record<string, () => string>>, name: string): string {
  return Object.hasOwn(words, name) ? (words[name]?.() ?? name) : name;
}

/** Docker's English for it, which other tables have too; else in the largest unit that is filled. */
function since(seconds: number, nowMs: number): string {
  if (language() === 'en') return humanSince(seconds, nowMs);
  const minutes = Math.floor(Math.max(0, nowMs / 1000 - seconds) / 60);
  if (minutes < 1) return m.justNow();
  if (minutes < 60) return m.minutesAgo({ count: minutes });
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? m.hoursAgo({ count: hours }) : m.daysAgo({ count: Math.floor(hours / 24) });
}
