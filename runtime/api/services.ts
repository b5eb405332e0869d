import type { ContainerEngine } from '../container/engine.ts';
import type { Clock } from '../host/clock.ts';
import type { ImageDirectory } from '../image/image-directory.ts';
import type { ImageService } from '../image/image-service.ts';
import type { MirrorScores } from '../image/mirror-scores.ts';

/** What this berth is, for `/version` and `/info`. */
export interface EngineIdentity {
  /** berth's own version, such as `0.1.0`. */
  readonly version: string;
  /** Commit, or empty. */
  readonly commit: string;
  /** When it was built, RFC 3339; empty when it runs from its sources. */
  readonly buildTime: string;
  readonly dataRoot: string;
  /** URLs of mirrors of Docker Hub. */
  readonly registryMirrors: readonly string[];
  /** Hosts and networks (CIDR) whose registries need no valid certificate. */
  readonly insecureRegistries: readonly string[];
  /** Whether containers have users of their own (`userns-remap`). */
  readonly remapsUsers?: boolean;
  /** `log-driver` of daemon.json. */
  readonly logDriver: string;
}

/** The parts that the API is a face of. */
export interface ApiServices {
  readonly containers: ContainerEngine;
  readonly images: ImageService;
  /** What registries tell beside images: `docker search`, `docker login`, manifests. */
  readonly directory: ImageDirectory;
  /** What was measured of registries and their mirrors. */
  readonly mirrors?: MirrorScores;
  readonly clock: Clock;
  readonly identity: EngineIdentity;
  /** Hears of what goes wrong where no client can be told. */
  readonly report: (problem: unknown) => void;
}
