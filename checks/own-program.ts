/** How berth is installed on this host. */
export interface OwnProgram {
  /** `source`: a checkout, which has no manifest. `bundle`: the self-contained archive, unpacked. */
  readonly kind: 'source' | 'bundle';
  /** Its folder: the checkout, or `/opt/berth/<version>`. */
  readonly root: string;
  /** Program and arguments that print berth's version and end. */
  readonly versionCommand: readonly [string, ...string[]];
  /** Its installer has started it and compared every digest a moment ago: on a small host that takes half a minute. */
  readonly justProven?: true;
}

/** What came of asking the engine. */
type EngineAnswer =
  | { readonly kind: 'answers'; readonly version: string }
  | { readonly kind: 'silent'; readonly reason: string };

/** What came of hello-world from a registry. */
type RegistryRun =
  | { readonly kind: 'ran'; readonly image: string }
  | { readonly kind: 'unavailable'; readonly image: string; readonly why: string };

/** The engine that runs on this host, through its API: given by scripts/, which knows the client. */
export interface EngineProbe {
  ask(): Promise<EngineAnswer>;
  /** Runs hello-world from the image that berth carries. Throws what went wrong. */
  runCarried(signal: AbortSignal): Promise<void>;
  /** Runs hello-world from a registry and removes what it pulled. */
  runFromRegistry(signal: AbortSignal): Promise<RegistryRun>;
}
