import type { ProvisionHost } from '../host/provision-host.ts';
import type { PackageRepository } from '../repositories/package-repository.ts';

/** A file that makes a host know a repository. */
export interface RepositoryFile {
  readonly path: string;
  readonly content: string;
  /** Permission bits for a new file. */
  readonly mode: number;
}

/** What the files of a repository are made from. */
export interface RepositoryInput {
  readonly repository: PackageRepository;
  /** Its key as it was fetched; its fingerprint is checked again. */
  readonly key: Uint8Array;
  /** Present texts of `RepositoryFormat.sharedFiles`; a file that is not there is left out. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Something on the host that says the same about a repository, or something else. */
export interface RepositoryConflict {
  readonly path: string;
  /** Line number from 1; 0 for the file as a whole. */
  readonly line: number;
  /**
   * `same`: the very repository, so that writing it again would be an error or a repetition. `same-id`: another
   * repository by the same name. `key`: the place of the key holds another one.
   */
  readonly kind: 'same' | 'same-id' | 'key';
  /** The line or entry as it is there, for people. */
  readonly seen: string;
}

/** How a package manager is told of a repository. The files are the step's to write, and to put back. */
export interface RepositoryFormat {
  /** Files of the host into which a repository is merged, because others are in it too. */
  readonly sharedFiles: readonly string[];
  /**
   * The files of a repository with its key. Pure.
   *
   * @throws BerthError REPOSITORY_KEY_MISMATCH, OPENPGP_KEY_INVALID, REPOSITORY_UNSUPPORTED.
   */
  files(input: RepositoryInput): readonly RepositoryFile[];
  /** What the host already has that contradicts or repeats `repository`. berth's own files are not counted. */
  conflicts(
    host: ProvisionHost,
    repository: PackageRepository,
    key: Uint8Array,
  ): Promise<readonly RepositoryConflict[]>;
  /** Fingerprints of those of the keys in `key` that are in the package manager's own database of keys. */
  trusted(host: ProvisionHost, key: Uint8Array): Promise<readonly string[]>;
  /** Takes the key into that database, where the package manager has one (rpm, pacman); nothing happens elsewhere. */
  trust(host: ProvisionHost, keyFile: RepositoryFile): Promise<void>;
  /** Takes keys out of it again. */
  distrust(host: ProvisionHost, fingerprints: readonly string[]): Promise<void>;
}
