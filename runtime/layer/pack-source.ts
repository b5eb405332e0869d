import type { TreeReader } from '../syscall/tree/tree-reader.ts';

/** What is packed: files by their paths, `.` for the root, as a `TreeReader` has them. */
export type PackSource = Pick<TreeReader, 'list' | 'describe' | 'attribute' | 'content'>;

/** What is below a folder of a source. */
export function sourceBelow(source: PackSource, folder: string): PackSource {
  const within = (path: string): string => (path === '.' ? `${folder}/.` : `${folder}/${path}`);
  return {
    list: (path) => source.list(within(path)),
    describe: (paths) => source.describe(paths.map(within)),
    attribute: (path, name) => source.attribute(within(path), name),
    content: (path, limitBytes) => source.content(within(path), limitBytes),
  };
}
