import { defaultCgroupPath } from '../../cgroup/cgroup-path.ts';
import type { CgroupPlan } from '../../cgroup/cgroup-plan.ts';
import { planCgroup } from '../../cgroup/plan.ts';
import type { Process } from '../../spec/process.ts';
import type { Spec } from '../../spec/spec.ts';
import { grantableProcess } from '../process/grantable-capabilities.ts';
import type { HostFacts } from '../host-facts.ts';
import { oomScore } from '../plan-start.ts';
import { allowedLimits } from '../process/rlimits.ts';
import type { FilterCache } from '../seccomp/filter-cache.ts';
import { planListener } from '../seccomp/seccomp-listener.ts';
import { refuseUnknownModules } from '../security/security-modules.ts';
import type { ExecPlan, ExecStreams, ExecTarget } from './exec-plan.ts';

/** A process to be executed in a running container. */
export interface ExecProcessRequest {
  /** The container's. */
  readonly id: string;
  /** The config that the container was started with. */
  readonly spec: Spec;
  readonly process: Process;
  readonly target: ExecTarget;
  /** The container's bundle or run folder, which agents are told of. */
  readonly runDir: string;
  /** See `StartPlan`. */
  readonly preserveFds?: number;
  readonly newKeyring?: boolean;
}

/** One whose streams berthd relays. */
export interface ExecRequest extends ExecProcessRequest {
  readonly streams: ExecStreams;
  /** Files that must be what they were when they were read: see `requireUnchanged`. */
  readonly unchanged?: { readonly paths: readonly string[]; readonly status: Buffer } | undefined;
}

/**
 * Turns a request into a plan: what is asked for, held against what the host can do.
 * @returns the plan, and warnings about limits that this host does not allow.
 * @throws SPEC_UNSUPPORTED naming the field, and the errors of cgroup and seccomp.
 */
export function planExec(
  request: ExecProcessRequest,
  { host, filters }: { readonly host: HostFacts; readonly filters: FilterCache },
): { readonly plan: ExecPlan; readonly warnings: readonly string[] } {
  const spec = { ...request.spec, process: request.process };
  const { linux, process } = spec;
  refuseUnknownModules(spec, host.securityModules);
  const cgroup = cgroupOf(request, host);
  const { limits, warnings } = allowedLimits(process.rlimits, {
    hardLimits: host.hardLimits,
    canRaise: host.canRaiseLimits,
  });
  const joins = linux.namespaces.map(({ type }) => type);
  const seccomp = linux.seccomp && filters.compile(linux.seccomp);
  const oom = oomScore(process.oomScoreAdj, host);
  const user = joins.includes('user') ? 'other' : 'host';
  const granted = grantableProcess(process, { host, user });
  const listener = { id: request.id, bundle: request.runDir };
  return {
    plan: {
      spec: { ...spec, process: granted.process },
      target: request.target,
      joins,
      namespaces: { user: joins.includes('user') ? 'joined' : 'host' },
      cgroup,
      seccomp,
      seccompListener: seccomp?.notifies ? planListener(spec, listener) : undefined,
      rlimits: limits,
      oomScoreAdj: oom.value,
      lastCapability: host.lastCapability,
      newKeyring: request.newKeyring ?? true,
      preserveFds: request.preserveFds ?? 0,
    },
    warnings: [...warnings, ...oom.warnings, ...granted.warnings],
  };
}

/** By what the container is limited to, which is the same object as long as whoever asks keeps its config. */
const cgroups = new WeakMap<object, CgroupPlan>();

function cgroupOf({ id, spec: { linux } }: ExecProcessRequest, host: HostFacts): CgroupPlan {
  const known = cgroups.get(linux);
  if (known) return known;
  const plan = planCgroup({
    layout: host.cgroups,
    path: linux.cgroupsPath ?? defaultCgroupPath(id),
    resources: linux.resources,
  });
  cgroups.set(linux, plan);
  return plan;
}
