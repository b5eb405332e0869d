import type { TreeImage } from '../client/image-tree.ts';
import { humanSize } from './size.ts';
import type { Column } from './table.ts';
import { renderTable } from './table.ts';
import { shortId } from './text.ts';

interface Line {
  readonly name: string;
  readonly id: string;
  readonly usage: string;
  readonly content: string;
  readonly extra: string;
}

const columns: readonly Column<Line>[] = [
  { heading: 'IMAGE', cell: ({ name }) => name },
  { heading: 'ID', cell: ({ id }) => id },
  { heading: 'DISK USAGE', cell: ({ usage }) => usage },
  { heading: 'CONTENT SIZE', cell: ({ content }) => content },
  { heading: 'EXTRA', cell: ({ extra }) => extra },
];

function linesOf(image: TreeImage, ids: 'short' | 'whole'): readonly Line[] {
  const idOf = (id: string): string => (ids === 'short' ? shortId(id) : id);
  const names = image.names.length === 0 ? ['<untagged>'] : image.names;
  const nothing = { id: '', usage: '', content: '', extra: '' };
  const content = image.contentBytes === undefined ? 'N/A' : humanSize(image.contentBytes);
  const used = (inUse: boolean): string => (inUse ? 'U' : '');
  const last = image.manifests.length - 1;
  return [
    // Other names of the image stand above the one that has its numbers.
    ...names.slice(0, -1).map((name) => ({ ...nothing, name })),
    {
      name: names.at(-1) ?? '',
      id: idOf(image.id),
      usage: humanSize(image.sizeBytes),
      content,
      extra: used(image.inUse),
    },
    ...image.manifests.map((manifest, index) => ({
      name: `${index === last ? '└─' : '├─'} ${manifest.platform}`,
      id: idOf(manifest.id),
      usage: humanSize(manifest.totalBytes),
      content: manifest.available ? humanSize(manifest.contentBytes) : 'not here',
      extra: used(manifest.inUse),
    })),
  ];
}

/** The table of `berth images --tree`: an image, and under it each platform. `U` marks what a container uses. */
export function renderImageTree(images: readonly TreeImage[], ids: 'short' | 'whole'): string {
  const lines = images.flatMap((image) => linesOf(image, ids));
  return renderTable(columns, lines).replaceAll(/ +$/gm, '');
}
