import { BerthError } from '../../errors/berth-error.ts';
import {
  exists,
  hasErrno,
  mkdtemp,
  readTextIfExists,
  rename,
  writeFileWhole,
} from '../../host/files.ts';
import { removeTree } from '../../host/remove-tree.ts';
import { makeFolders } from '../../host/make-folders.ts';
import { gateName } from '../../launch/channels/gate-name.ts';
import type { OciContext } from '../command.ts';
import { checkContainerId } from './container-id.ts';
import { refuseUnsafeFolder } from './safe-folder.ts';
import { parseState, stateText, type StoredState } from './stored-state.ts';

const stateName = 'state.json';
const whole = { mode: 0o600, durability: 'disk' } as const;

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
    return `${this.path}/${stateName}`;
  }

  /** The socket on which the container waits for its start; gone when it was started. */
  get gate(): string {
    return `${this.path}/${gateName}`;
  }

  /** Is there once the container is to be removed while it is still being made. */
  get unwantedFile(): string {
    return `${this.path}/unwanted`;
  }

  /**
   * Makes the folder, with the state in it from the first moment on: of two that want the same id, one succeeds.
   * @throws OCI_CONTAINER_EXISTS, OCI_ROOT_UNSAFE
   */
  async make(state: StoredState): Promise<void> {
    // Root of a user namespace is an ordinary user here, and has to get to its root file system.
    await makeFolders(this.#root, 0o711);
    await refuseUnsafeFolder(this.#root, this.path);
    if (await exists(this.path)) throw this.#exists();
    const made = await mkdtemp(`${this.path}~`);
    try {
      await writeFileWhole(`${made}/${stateName}`, stateText(state), whole);
      // In the place of an empty folder at most (rename(2)).
      await rename(made, this.path);
    } catch (cause) {
      await removeTree(made);
      throw hasErrno(cause, 'ENOTEMPTY', 'EEXIST') ? this.#exists(cause) : cause;
    }
  }

  #exists(cause?: unknown): BerthError {
    return new BerthError('OCI_CONTAINER_EXISTS', {
      message: `container with given ID already exists: "${this.id}"`,
      remedy: `Choose another id, or remove that one: berth oci delete ${this.id}`,
      details: { id: this.id },
      ...(cause === undefined ? {} : { cause }),
    });
  }

  /**
   * Reads the state.
   * @throws OCI_CONTAINER_MISSING, OCI_STATE_INVALID, OCI_ROOT_UNSAFE
   */
  async readState(): Promise<StoredState> {
    await refuseUnsafeFolder(this.#root, this.path);
    const text = await readTextIfExists(this.stateFile);
    if (text === undefined) throw this.missing(`there is no "${this.stateFile}"`);
    return this.parse(text);
  }

  /** The state that a text of its file says. Throws OCI_STATE_INVALID. */
  parse(text: string): StoredState {
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
    await writeFileWhole(this.stateFile, stateText(state), whole);
  }
}
