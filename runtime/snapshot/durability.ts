import type { Digest } from '../image/digest.ts';
import type { ProgramRunner } from '../syscall/run-image.ts';
import type { SnapshotFolder } from './snapshot-folder.ts';
import { syncFileSystem } from './sync-file-system.ts';

/**
 * Brings snapshots to the disk behind their users' backs (docs/decisions/0006): a layer can be made anew from its blob,
 * so that a pull need not wait for the disk. What must not be lost, a container, waits here.
 */
export class Durability {
  readonly #folder: SnapshotFolder;
  readonly #runner: ProgramRunner;
  readonly #pending = new Set<Digest>();
  #syncing: Promise<void> | undefined;

  constructor(folder: SnapshotFolder, runner: ProgramRunner) {
    this.#folder = folder;
    this.#runner = runner;
  }

  /** Takes note of a snapshot that is not on the disk yet. */
  note(chainId: Digest): void {
    this.#pending.add(chainId);
  }

  /** Begins to sync what was noted, and does not wait for it. */
  begin(): void {
    // An error stays with whoever waits; they stay pending, and the next one tries again.
    if (this.#pending.size > 0) this.#sync().catch(() => undefined);
  }

  /** Forgets snapshots that are gone. */
  remove(chainId: Digest): void {
    this.#pending.delete(chainId);
  }

  /** Resolves when these snapshots are on the disk. @throws SYSCALL_FAILED when the disk reports an error */
  async of(chainIds: readonly Digest[]): Promise<void> {
    while (chainIds.some((chainId) => this.#pending.has(chainId))) await this.#sync();
  }

  /** Resolves when nothing is under way, whatever came of it. */
  async settled(): Promise<void> {
    while (this.#syncing !== undefined) await this.#syncing.catch(() => undefined);
  }

  #sync(): Promise<void> {
    this.#syncing ??= this.#syncPending().finally(() => {
      this.#syncing = undefined;
    });
    return this.#syncing;
  }

  async #syncPending(): Promise<void> {
    while (this.#pending.size > 0) {
      const chainIds = [...this.#pending];
      await syncFileSystem(this.#runner, this.#folder.path);
      this.#folder.sync();
      for (const chainId of chainIds) {
        await this.#folder.markDurable(chainId);
        this.#pending.delete(chainId);
      }
    }
  }
}
