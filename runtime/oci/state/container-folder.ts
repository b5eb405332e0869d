import { BerthError } from '../../errors/berth-error.ts';
import { hasErrno, mkdir, readTextIfExists, writeFileWhole } from '../../host/files.ts';
import { makeFolders } from '../../host/make-folders.ts';
import { gateName } from '../../launch/channels/gate-name.ts';
import type { OciContext } from '../command.ts';
import { checkContainerId } from './container-id.ts';
import { refuseUnsafeFolder } from './safe-folder.ts';
import { parseState, stateText, type StoredState } from './stored-state.ts';

/** The folder of a container, `<root>/<id>`: the state, the config, and what the launcher needs while it runs. */
export class ContainerFolder {
  readonly id: string;
  /** Absolute. */
  readonly path: string;
  readonly #root: string;

  /** Throws OCI_ID_INVALID. */
  constructor({ root }: Pick<OciContext, 'root'>, id: string) {
    this.id = checkContainerId(id);
    this.#root = root;
    this.path = `${root}/${id}`;
  }

  /** The config as it was at `create`, but for what `update` has changed. */
  get configFile(): string {
    return `${this.path}/config.json`;
  }

  get stateFile(): string {
    return `${this.path}/state.json`;
  }

  /** The socket on which the container waits for its start; gone when it was started. */
  get gate(): string {
    return `${this.path}/${gateName}`;
  }

  /**
   * Makes the folder: of two that want the same id, one succeeds.
   * @throws OCI_CONTAINER_EXISTS, OCI_ROOT_UNSAFE
   */
  async make(): Promise<void> {
    // Root of a user namespace is an ordinary user here, and has to get to its root file system.
    await makeFolders(this.#root, 0o711);
    await refuseUnsafeFolder(this.#root, this.path);
    try {
      await mkdir(this.path, { mode: 0o700 });
    } catch (cause) {
      if (!hasErrno(cause, 'EEXIST')) throw cause;
      throw new BerthError('OCI_CONTAINER_EXISTS', {
        message: `container with given ID already exists: "${this.id}"`,
        remedy: `Choose another id, or remove that one: berth oci delete ${this.id}`,
        details: { id: this.id },
        cause,
      });
    }
  }

  /**
   * Reads the state.
   * @throws OCI_CONTAINER_MISSING, OCI_STATE_INVALID, OCI_ROOT_UNSAFE
   */
  async readState(): Promise<StoredState> {
    await refuseUnsafeFolder(this.#root, this.path);
    const text = await readTextIfExists(this.stateFile);
    if (text === undefined) throw this.missing(`there is no "${this.stateFile}"`);
    return parseState(text, this.stateFile);
  }

  /** An OCI_CONTAINER_MISSING: why there is no container with this id. */
  missing(why: string): BerthError {
    return new BerthError('OCI_CONTAINER_MISSING', {
      message: `container does not exist: "${this.id}": ${why}`,
      remedy: 'See "berth oci list"; another --root has other containers.',
      details: { id: this.id },
    });
  }

  /** Writes the state: who reads it sees all of it or none. */
  async writeState(state: StoredState): Promise<void> {
    await writeFileWhole(this.stateFile, stateText(state), { mode: 0o600, durability: 'disk' });
  }
}
