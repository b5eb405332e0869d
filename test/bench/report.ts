import type { Figures } from './median.ts';

/** One line of the table. */
export interface Result {
  readonly name: string;
  readonly unit: 'ms' | 'KB' | 'MB' | 'of them';
  readonly ours: Figures;
  /** The peer's name and figures; none for a figure that only has a limit. */
  readonly theirs?: PeerFigures;
  /** More peers, which nothing is asked of. */
  readonly others?: readonly PeerFigures[];
  /** What became of the peer, where it has no figures. */
  readonly outcome?: string;
  /** What is asked for: at most this part of the peer's, or at most this many units. */
  readonly limit: { readonly ratio: number } | { readonly most: number };
}

/** Figures of a peer. */
export interface PeerFigures {
  readonly name: string;
  readonly figures: Figures;
}

/** For figures that nothing is asked of. */
export const noLimit: Result['limit'] = { ratio: Infinity };

/** Results as a table of Markdown. */
export function table(results: readonly Result[]): string {
  const header = ['figure', 'berth, median', 'peer, median', 'ratio', 'asked, at most', 'met'];
  return [header, header.map(() => '---'), ...results.map(rowOf)]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** The cells of one result. */
export function rowOf({
  name,
  unit,
  ours,
  theirs,
  others = [],
  outcome,
  limit,
}: Result): readonly string[] {
  const ratio = theirs ? ours.median / theirs.figures.median : NaN;
  const [asked, isMet] =
    'ratio' in limit
      ? [
          Number.isFinite(limit.ratio) ? `ratio ${limit.ratio.toFixed(2)}` : '',
          ratio <= limit.ratio,
        ]
      : [`${limit.most.toFixed(digits(limit.most))} ${unit}`, ours.median <= limit.most];
  const peers = [...(theirs ? [theirs] : []), ...others].map(
    (peer) => `${peer.name}: ${peer.figures.median.toFixed(1)} ${unit}`,
  );
  return [
    name,
    `${ours.median.toFixed(1)} ${unit} (${ours.minimum.toFixed(1)} to ${ours.maximum.toFixed(1)}, n=${ours.count})`,
    [...peers, ...(outcome === undefined ? [] : [outcome])].join('; '),
    theirs ? ratio.toFixed(2) : '',
    asked,
    asked === '' ? '' : isMet ? 'yes' : 'no',
  ];
}

const digits = (value: number): number => (Number.isInteger(value) ? 0 : 1);
