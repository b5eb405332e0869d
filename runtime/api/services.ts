import type { ContainerEngine } from '../container/engine.ts';
import type { CgroupVersion } from '../host/cgroup-version.ts';
import type { Clock } from '../host/clock.ts';
import type { ImageDirectory } from '../image/image-directory.ts';
import type { ImageService } from '../image/image-service.ts';
import type { MirrorScores } from '../image/mirror-scores.ts';
import type { EventLog } from './system/event-log.ts';

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
  /** `seccomp-profile` of daemon.json; absent: `builtin`. */
  readonly seccompProfile?: string;
  /** `no-new-privileges` of daemon.json. */
  readonly noNewPrivileges?: boolean;
  readonly cgroupVersion: CgroupVersion;
  /** What containers that do not say have of cgroup namespaces. */
  readonly cgroupnsMode: string;
  /** Of the engine, such as `zone=a`. */
  readonly labels?: readonly string[];
  /** Whether clients are to offer what Docker calls experimental; absent: `off`. */
  readonly experimental?: 'on' | 'off';
  /** Whether the log says everything. */
  readonly debug?: boolean;
  /** How registries are reached; what is absent is that of the environment. */
  readonly proxies?: {
    readonly httpProxy?: string | undefined;
    readonly httpsProxy?: string | undefined;
    readonly noProxy?: string | undefined;
  };
  /** `log-driver` of daemon.json; absent: Docker's. */
  readonly logDriver?: string;
}

/** A request, and what came of it. */
export interface AnsweredRequest {
  readonly id: string;
  readonly method: string;
  /** Of the table, such as `/containers/:name/json`; empty where none fits. */
  readonly route: string;
  /** Without the query. */
  readonly path: string;
  readonly status: number;
  /** From the head of the request to when its answer was known; what is streamed then goes on. */
  readonly seconds: number;
  /** What was thrown instead of an answer. */
  readonly problem?: unknown;
}

/** The parts that the API is a face of. */
export interface ApiServices {
  readonly containers: ContainerEngine;
  readonly images: ImageService;
  /** What registries tell beside images: `docker search`, `docker login`, manifests. */
  readonly directory: ImageDirectory;
  /** What was measured of registries and their mirrors. */
  readonly mirrors?: MirrorScores;
  /** What has happened, and what happens. */
  readonly events: EventLog;
  readonly clock: Clock;
  readonly identity: EngineIdentity;
  /** Hears of what goes wrong where no client can be told, or what berth has no code for, in a request of that id. */
  readonly report: (problem: unknown, requestId?: string) => void;
  /** Metrics in Prometheus' text format. */
  readonly metrics?: () => Promise<string>;
  /** Hears of an answer that has failed after it had begun. */
  readonly onBrokenAnswer?:
    ((request: Pick<AnsweredRequest, 'id' | 'problem'>) => void) | undefined;
  /** Hears of each request, as soon as it is known what is answered. */
  readonly onRequest?: ((request: AnsweredRequest) => void) | undefined;
}
