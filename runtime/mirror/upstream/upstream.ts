import type { Digest } from '../../image/digest.ts';
import type { Descriptor } from '../../image/manifest.ts';
import type { RepositoryName } from '../request/repository-name.ts';
import type { Source } from './source.ts';

/** A manifest as a registry has it, verified. */
export interface UpstreamManifest {
  readonly digest: Digest;
  readonly bytes: Uint8Array;
}

/** Registries, asked without credentials: what they give, they give to anybody. Throws the codes of the registry area. */
export interface Upstream {
  /** Digest of what a tag stands for; `undefined` when the registry does not say without sending it. */
  resolve(name: RepositoryName, tag: string): Promise<Digest | undefined>;
  /** @param selector A tag or a digest. */
  manifest(name: RepositoryName, selector: string): Promise<UpstreamManifest>;
  /** Bytes of a blob. @throws BLOB_UNKNOWN when there is none */
  blobSize(name: RepositoryName, digest: Digest): Promise<number | undefined>;
  blob(name: RepositoryName, digest: Digest): Source;
  tags(name: RepositoryName): Promise<readonly string[]>;
  /** What refers to a manifest (distribution-spec 1.1, "Listing Referrers"). */
  referrers(
    name: RepositoryName,
    digest: Digest,
    artifactType: string | undefined,
  ): Promise<readonly Descriptor[]>;
  close(): void;
}
