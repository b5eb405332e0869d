import type { Digest } from './digest.ts';
import type { Platform } from './image-config.ts';
import type { RegistryCredentials } from './pull-event.ts';
import type { Reference } from './reference.ts';

/** A manifest or an index as a registry has it. */
export interface RemoteManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  /** What it is for: of an index all that it names, of an image the one of its configuration. */
  readonly platforms: readonly Platform[];
}

/** One line of `docker search`. */
export interface FoundRepository {
  readonly name: string;
  readonly description: string;
  readonly stars: number;
  readonly isOfficial: boolean;
}

/** What to search for. */
export interface RegistrySearch {
  /** Such as `nginx`, or `registry.example/nginx` for another registry than Docker Hub. */
  readonly term: string;
  /** How many at most. */
  readonly limit: number;
  readonly credentials: RegistryCredentials | undefined;
  readonly signal: AbortSignal;
}

/** What came of a login: an identity token, if the registry gave one, is to be kept in place of the password. */
export interface LoginOutcome {
  readonly identityToken: string;
}

/** On whose behalf a registry is asked, and until when. */
export interface DirectoryOptions {
  readonly credentials: RegistryCredentials | undefined;
  readonly signal: AbortSignal;
}

/** What registries tell beside the images themselves; `runtime/registry` has one. All throw the codes of its area. */
export interface ImageDirectory {
  /** Reads a manifest without pulling the image. */
  manifest(reference: Reference, options: DirectoryOptions): Promise<RemoteManifest>;

  /** All tags of a repository. */
  tags(reference: Reference, options: DirectoryOptions): Promise<readonly string[]>;

  /** Searches a registry for repositories. */
  search(search: RegistrySearch): Promise<readonly FoundRepository[]>;

  /** Asks a registry whether it takes credentials. @param server host, or the URL that `docker login` sends */
  login(
    server: string,
    credentials: RegistryCredentials,
    signal: AbortSignal,
  ): Promise<LoginOutcome>;
}
