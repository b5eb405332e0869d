import type { TreeEditor } from '../syscall/tree/tree-editor.ts';
import type { TreeReader } from '../syscall/tree/tree-reader.ts';

/** What an archive is extracted into: files that somebody else may change meanwhile. */
export interface ArchiveTarget {
  readonly reader: Pick<TreeReader, 'list' | 'describe'>;
  readonly editor: Pick<
    TreeEditor,
    | 'makeFolder'
    | 'makeNode'
    | 'makeSymbolicLink'
    | 'makeHardLink'
    | 'remove'
    | 'writeFile'
    | 'own'
    | 'setMode'
    | 'touch'
    | 'setAttribute'
  >;
}
