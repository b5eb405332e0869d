import type { ProvisionHost } from '../../host/provision-host.ts';
import type { PackageManager } from '../../packages/package-manager.ts';
import type { Step } from '../../steps/index.ts';
import type { Distribution } from '../distribution.ts';
import type { WebClient } from '../indexes/web-files.ts';

/** Where the Docker client is to come from. */
export const clientSources = ['docker-ce', 'distribution', 'auto'] as const;

/** What planning a Docker client works with. */
export interface ClientSearch {
  readonly host: ProvisionHost;
  readonly manager: PackageManager;
  readonly distribution: Distribution;
  readonly files: WebClient;
  /** Base URL of a mirror of docker-ce that the user asked for. */
  readonly mirror?: string;
  /** Fingerprints of keys in the place of Docker's own. */
  readonly keys?: readonly string[];
  /** Version, pattern or range that the user asked for. */
  readonly version?: string;
  readonly tell: (line: string) => void;
}

/** The steps that bring a client, and lines for the end of `berth up`. */
export interface ClientPlan {
  readonly steps: readonly Step[];
  readonly notes: readonly string[];
}
