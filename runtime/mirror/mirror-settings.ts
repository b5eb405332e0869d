import type { LocalPolicy } from './images/images-context.ts';

/** What a mirror is told. */
export interface MirrorSettings {
  /** The engine's: its images are in `images` below it, and the mirror's own content in `mirror`. */
  readonly dataRoot: string;
  readonly host: string;
  /** 0 takes one that is free. */
  readonly port: number;
  readonly tls: { readonly certificate: string; readonly key: string } | undefined;
  /** daemon.json: mirrors, insecure registries and proxies are used for the upstream side. */
  readonly configPath: string;
  /** Registries that may be asked through it, besides Docker Hub and those that have mirrors or replacements. */
  readonly allowedRegistries: readonly string[];
  /** Base URLs that are asked instead of a registry. */
  readonly replacements: ReadonlyMap<string, readonly string[]>;
  readonly maxBytes: number;
  readonly manifestTtlMs: number;
  readonly localPolicy: LocalPolicy;
  /** `host` or `http://host:port`; when there is none, the usual ones and those of apt's sources. */
  readonly allowedPackageHosts: readonly string[];
}
