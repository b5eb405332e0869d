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
  /** What a person should know: files kept, packages still needed. */
  readonly notes: readonly string[];
}

/** The end of `berth down`, for people. */
export function renderDownResult(result: DownResult): string {
  if (result.outcome === 'nothing-to-do')
    return 'Nothing to undo: berth has not set up this host.\n';
  if (result.outcome === 'declined') return 'Nothing was changed.\n';
  const notes = result.notes.map((note) => `  note: ${note}`);
  const kept =
    result.data?.fate === 'kept'
      ? [`  kept: ${describeInventory(result.data)}; remove it with: berth down --purge`]
      : [];
  return ['berth is down; the host is as it was.', ...kept, ...notes, ''].join('\n');
}

/** An inventory in one line. */
export function describeInventory(data: DataInventory): string {
  const counts = [
    data.containers === undefined ? undefined : `${data.containers} containers`,
    data.images === undefined ? undefined : `${data.images} images`,
    data.volumes === undefined ? undefined : `${data.volumes} volumes`,
  ].filter((text) => text !== undefined);
  const what = counts.length === 0 ? 'container data' : counts.join(', ');
  return `${what} (${formatBytes(data.sizeBytes)} in ${data.folders.join(', ')})`;
}
