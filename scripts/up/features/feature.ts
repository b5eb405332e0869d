import type { Command } from 'commander';
import type { DaemonConfigWish } from '../../../templates/daemon-json.ts';
import type { VerbContext } from '../../cli/verb.ts';
import type { ProvisionHost } from '../../host/provision-host.ts';
import type { PlanRequest } from '../../plan/plan.ts';
import type { Step } from '../../steps/index.ts';
import type { Tell } from '../../ui/progress.ts';

/** What a feature plans with. */
export interface FeatureEnvironment {
  readonly host: ProvisionHost;
  readonly context: VerbContext;
  /** Says what it is doing, a line at a time. */
  readonly tell: Tell;
}

/** The engine, once it answers. */
interface ReadyEngine {
  /** Its socket, for this process. */
  readonly socketPath: string;
}

/** What a feature adds to the plan of `berth up`. */
export interface FeaturePlan {
  /** Steps before those of the engine, such as repositories. */
  readonly before: readonly Step[];
  /** Steps when the engine's service runs, such as programs that use it. */
  readonly after: readonly Step[];
  /** Keys of daemon.json. */
  readonly daemonConfig: Partial<DaemonConfigWish>;
  /** Lines for the end of `berth up`, in the language of the process. */
  readonly summary: readonly string[];
}

/** The plan of a feature that was not asked for. */
export const nothingPlanned: FeaturePlan = { before: [], after: [], daemonConfig: {}, summary: [] };

/**
 * Something that `berth up` can do besides bringing the engine up. All that changes the host is a step, so that it is
 * shown beforehand, journalled, and undone by `berth down`.
 */
export interface UpFeature {
  readonly name: string;
  /** Declares its options. They conflict with `--plan`, which `berth up` sees to. */
  define(command: Command): void;
  /**
   * The wish that its options express, under keys of its own; empty when it was not asked for. A run that was killed is only
   * continued for the same wish. Throws USAGE.
   */
  request(options: FeatureOptions): PlanRequest;
  /**
   * Whether its options name what there is, as far as this host alone can say: no server is asked. Throws BerthError. For
   * install.sh, which asks before it installs.
   */
  readonly verify?: (options: FeatureOptions, host: ProvisionHost) => Promise<void>;
  /** What is to be done; `nothingPlanned` when it was not asked for. Changes nothing. Throws BerthError. */
  plan(options: FeatureOptions, env: FeatureEnvironment): Promise<FeaturePlan>;
  /** What can only be done through the running engine, such as the import of images. What it makes is container data. */
  readonly whenReady?: ReadyWork;
}

/** Work through the running engine. It is told by the plan's request, not by options: a saved plan has no others. */
interface ReadyWork {
  /** Key of the request without which there is nothing to do. */
  readonly key: string;
  /** Does it; what an earlier run has done is not done twice. */
  run(
    request: PlanRequest,
    env: FeatureEnvironment & { readonly engine: ReadyEngine },
  ): Promise<void>;
}

/** Options as commander has parsed them. Each feature knows the types of its own. */
export type FeatureOptions = Readonly<Record<string, unknown>>;
