import type { HostFix } from '../../checks/fix.ts';
import type { DaemonConfigWish } from '../../templates/daemon-json.ts';
import type { Step } from '../steps/index.ts';

/** What the user wants of `berth up`, with all defaults filled in. */
export interface DesiredState {
  /** Set when the user named one. */
  readonly dataRoot?: string;
  readonly apiSocket: string;
  /** `serve`: also /var/run/docker.sock. */
  readonly dockerSocket: 'serve' | 'leave';
  /** What the checks want put right. */
  readonly fixes: readonly HostFix[];
  /** Program and arguments of the daemon. */
  readonly daemonArgv: readonly [string, ...string[]];
  /** Environment of the daemon, as `NAME=value`. */
  readonly daemonEnvironment: readonly string[];
  /** What was asked for besides the engine. */
  readonly extras: PlanExtras;
}

/** Steps and configuration around those of the engine. */
export interface PlanExtras {
  readonly before: readonly Step[];
  readonly after: readonly Step[];
  readonly daemonConfig: Partial<DaemonConfigWish>;
}
