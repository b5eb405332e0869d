import { downMessages as m } from '../../messages/areas/down.ts';
import { formatBytes } from '../ui/format-bytes.ts';

/** What `--purge` removes for good. */
export interface DataInventory {
  /** Absent when no daemon was there to be asked. */
  readonly containers?: number;
  readonly images?: number;
  readonly volumes?: number;
  readonly folders: readonly string[];
  /** Space on the disk. */
  readonly sizeBytes: number;
}

/** What `berth down` did; `--json` prints exactly this. */
export interface DownResult {
  readonly outcome: 'nothing-to-do' | 'declined' | 'undone';
  /** Containers that were running and were stopped. */
  readonly stoppedContainers: number;
  /** Absent when there was no data. */
  readonly data?: DataInventory & { readonly fate: 'kept' | 'removed' };
  /** Folder where berth itself stays installed; absent when none is, or it was removed. */
  readonly installedIn?: string;
  /** What a person should know: files kept, packages still needed. */
  readonly notes: readonly string[];
}

/** The end of `berth down`, for people. */
export function renderDownResult(result: DownResult): string {
  if (result.outcome === 'declined') return `${m.nothingChanged()}\n`;
  const notes = result.notes.map((note) => `  ${m.note({ note })}`);
  if (result.outcome === 'nothing-to-do') return [m.nothingToUndo(), ...notes, ''].join('\n');
  const kept =
    result.data?.fate === 'kept'
      ? [`  ${m.keptData({ data: describeInventory(result.data) })}`]
      : [];
  const { installedIn } = result;
  const end = installedIn === undefined ? m.isDown() : m.isDownButInstalled({ path: installedIn });
  return [end, ...kept, ...notes, ''].join('\n');
}

/** An inventory in one line. */
export function describeInventory(data: DataInventory): string {
  const counts = [
    data.containers === undefined ? undefined : m.containers({ count: data.containers }),
    data.images === undefined ? undefined : m.images({ count: data.images }),
    data.volumes === undefined ? undefined : m.volumes({ count: data.volumes }),
  ].filter((text) => text !== undefined);
  const what = counts.length === 0 ? m.data() : counts.join(', ');
  return m.inventory({
    what,
    size: formatBytes(data.sizeBytes),
    folders: data.folders.join(', '),
  });
}
