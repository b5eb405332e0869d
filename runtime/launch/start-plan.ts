import type { CgroupPlan } from '../cgroup/cgroup-plan.ts';
import type { RootfsMount } from '../snapshot/rootfs-mount.ts';
import type { Spec } from '../spec/spec.ts';
import type { HooksPlan } from './hooks/hooks-plan.ts';
import type { IdMapper } from './namespaces/id-mapper.ts';
import type { InitImage } from './init/init-image.ts';
import type { IntelRdtPlan } from './cgroups/intel-rdt.ts';
import type { Mount } from '../spec/mount.ts';
import type { PlannedSource } from './mounts/mount-sources.ts';
import type { NamespacePlan } from './namespaces/namespaces.ts';
import type { CompiledFilter } from './seccomp/compile.ts';
import type { SeccompListener } from './seccomp/seccomp-listener.ts';

/** Everything that is known before a container starts; from it alone its program is built. */
export interface StartPlan {
  readonly spec: Spec;
  readonly rootfs: RootfsMount;
  /** Further options of the overlay root: see `overlayOptions`. */
  readonly overlayOptions: readonly string[];
  readonly namespaces: NamespacePlan;
  /** Folder of the monitor: its socket and the exit record. */
  readonly runDir: string;
  /** What becomes the container's first process, above its program; `undefined`: the program is that itself. */
  readonly init: InitImage | undefined;
  readonly cgroup: CgroupPlan;
  /** Of the bind mounts. */
  readonly sources: ReadonlyMap<Mount, PlannedSource>;
  /** Whether what is mounted in the container may reach the host (`linux.rootfsPropagation`). */
  readonly isShared: boolean;
  /** When pivot_root(2) is not used: what of the host is to be unmounted before. */
  readonly noPivot: { readonly hidden: readonly string[] } | undefined;
  readonly seccomp: CompiledFilter | undefined;
  /** Of a filter that hands calls to an agent. */
  readonly seccompListener: SeccompListener | undefined;
  /** Resource limits that the host allows, by number. */
  readonly rlimits: readonly {
    readonly resource: number;
    readonly soft: bigint;
    readonly hard: bigint;
  }[];
  readonly oomScoreAdj: number | undefined;
  /** Descriptors beyond the standard streams that go on to the program, as 3 and what follows. */
  readonly preserveFds: number;
  /** Whether the program gets a session keyring of its own. */
  readonly newKeyring: boolean;
  /**
   * Whether the sources of bind mounts are opened before the fork, for a container whose root may not get to them. Takes
   * Linux 5.12; else it opens them itself.
   */
  readonly clonesSources: boolean;
  /** How the ids of a new user namespace are mapped. */
  readonly idMapper: IdMapper;
  /** Highest capability number that the kernel knows. */
  readonly lastCapability: number;
  readonly hooks: HooksPlan;
  readonly intelRdt: IntelRdtPlan;
}

/** Name, inside `runDir`, of the folder that the root file system is mounted on in the container's namespace. */
export const rootFolder = 'rootfs';
