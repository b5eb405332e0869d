import { isBerthError } from '../../errors/berth-error.ts';
import { readAttribute, setAttribute } from '../../syscall/file-attributes.ts';
import { Launcher } from '../../syscall/launcher.ts';

const capability = 'security.capability';

/**
 * The extended attributes of files of this host, as `docker cp` carries them: of what is sent a program's capabilities, of what
 * comes all that the archive has. Node.js can neither read nor set them.
 */
export class HostAttributes {
  /** Its process is started by the first that there is to do. */
  readonly #launcher = new Launcher();

  /** Those of files to be packed, in their order. @param paths latin1 */
  async ofFiles(paths: readonly string[]): Promise<readonly ReadonlyMap<string, Uint8Array>[]> {
    const values = await readAttribute(this.#launcher, capability, paths);
    return values.map((value) => new Map(value && [[capability, value]]));
  }

  /**
   * Gives a file those of an archive. What the caller may not set is left out, as docker does.
   *
   * @param path latin1
   * @throws SYSCALL_FAILED
   */
  async give(path: string, attributes: ReadonlyMap<string, Uint8Array>): Promise<void> {
    for (const [name, value] of attributes) {
      try {
        await setAttribute(this.#launcher, path, { name, value });
      } catch (error) {
        if (!isBerthError(error, 'SYSCALL_FAILED') || error.details['errno'] !== 'EPERM')
          throw error;
      }
    }
  }

  async close(): Promise<void> {
    await this.#launcher.stop();
  }
}
