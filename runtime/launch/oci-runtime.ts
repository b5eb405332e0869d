import type { CgroupPlan } from '../cgroup/cgroup-plan.ts';
import { systemClock } from '../host/clock.ts';
import { exists, readTextIfExists } from '../host/files.ts';
import type { Spec } from '../spec/spec.ts';
import { firstKeptFd } from '../syscall/launcher-program.ts';
import { Launcher } from '../syscall/launcher.ts';
import { createProgram } from './create-program.ts';
import { cgroupsAsMade } from './exec/cgroups-as-made.ts';
import { execError } from './exec/exec-error.ts';
import { ociExecProgram } from './exec/oci-exec-program.ts';
import { type ExecProcessRequest, planExec } from './exec/plan-exec.ts';
import { inSubCgroups, type SubCgroup } from './exec/sub-cgroups.ts';
import { runLateHooks } from './hooks/hooks-program.ts';
import { startTimeoutMs } from './hooks/hooks-plan.ts';
import { readStartAnswer } from './hooks/start-answer.ts';
import { readContainerFiles, readRootFiles } from './exec/read-container-files.ts';
import { withEnvironment } from './process/environment.ts';
import { withHome } from './process/home.ts';
import { type HostFacts, readHostFacts } from './host-facts.ts';
import { orOutOfMemory } from './cgroups/out-of-memory.ts';
import { planStart } from './plan-start.ts';
import { removeCgroups, removeSharedCgroups } from './cgroups/remove-cgroups.ts';
import { FilterCache } from './seccomp/filter-cache.ts';
import { releaseRoot } from './root/shared-root.ts';
import { saveLastSteps } from './start-created.ts';
import { startError } from './start-error.ts';

/** A container to be made as OCI's `create` makes it. */
export interface OciCreateRequest {
  readonly id: string;
  readonly spec: Spec;
  /** Absolute path of the bundle. */
  readonly bundle: string;
  /** Absolute path of the root file system. */
  readonly rootfs: string;
  /** An existing folder that only root can enter; the gate is put there. */
  readonly runDir: string;
  /** A listening Unix socket that receives the terminal's other end. */
  readonly consoleSocket?: string;
  /** One that receives a descriptor of the process. */
  readonly pidfdSocket?: string;
  readonly newKeyring?: boolean;
  /** See `ContainerRequest`. */
  readonly pivot?: 'with' | 'without';
  /** `NAME=value`, for hooks whose config has no `env`. */
  readonly hookEnvironment?: readonly string[];
  /** Whether its cgroup is there already, held by a process of the caller's. */
  readonly heldCgroup?: boolean;
  /**
   * `leave`: the container belongs to the next subreaper (`create`, `run --detach`). `wait`: the program stays its
   * parent, relays its terminal if no socket gets that, and its end is told (`run`).
   */
  readonly then: 'leave' | 'wait';
}

/** A container that waits for its start. */
export interface CreatedContainer {
  /** Its first process, on the host. */
  readonly pid: number;
  /** What was asked for and this host does not allow, a sentence each. */
  readonly warnings: readonly string[];
  readonly cgroup: CgroupPlan;
  /** The process that waits for the container, which takes SIGWINCH; of `then: 'wait'` alone. */
  readonly waiter: { readonly pid: number; readonly exitStatus: Promise<number> } | undefined;
}

/** A process to be executed as OCI runtimes' `exec` does it. */
export interface OciExecRequest extends Omit<ExecProcessRequest, 'runDir' | 'preserveFds'> {
  /** Absolute path of the bundle. */
  readonly bundle: string;
  /** A listening Unix socket that receives the terminal's other end. */
  readonly consoleSocket?: string;
  /** One that receives a descriptor of the process. */
  readonly pidfdSocket?: string;
  /** Cgroups below the container's own for it, which are there already; absent: the container's own. */
  readonly subCgroups?: readonly SubCgroup[];
  /** `leave`: the process belongs to the next subreaper (`--detach`). `wait`: as for `OciCreateRequest`. */
  readonly then: 'leave' | 'wait';
  /** Until its program has been executed: infinite for one that joins a cgroup which is frozen. Absent: half a minute. */
  readonly timeoutMs?: number;
}

/** A process that was executed in a container; see `CreatedContainer`. */
export type OciExecuted = Pick<CreatedContainer, 'pid' | 'warnings' | 'waiter'>;

/** What holds for all that is made. */
export interface OciRuntimeOptions {
  /** How many of this process' descriptors from 3 on go to the program (`--preserve-fds`). */
  readonly preserveFds?: number;
  /** `none`: no container gets a cgroup, and their limits are left out, with a warning. */
  readonly cgroups?: 'host' | 'none';
}

/**
 * Makes containers for an engine that takes care of their streams and ends itself. Their standard streams are those of
 * this process, so this process must not touch its own: a stream that is non-blocking here is so for the container.
 */
export class OciRuntime {
  readonly #launcher: Launcher;
  readonly #host: HostFacts;
  readonly #options: Required<OciRuntimeOptions>;

  private constructor(launcher: Launcher, host: HostFacts, options: Required<OciRuntimeOptions>) {
    this.#launcher = launcher;
    this.#host = host;
    this.#options = options;
  }

  /**
   * Starts a launcher and looks at the host.
   * @throws ARCH_UNSUPPORTED, LAUNCHER_LOST.
   */
  static async open({
    preserveFds = 0,
    cgroups = 'host',
  }: OciRuntimeOptions = {}): Promise<OciRuntime> {
    const keep = Array.from({ length: firstKeptFd - 1 + preserveFds }, (_, fd) => fd);
    const [launcher, host] = await Promise.all([
      Launcher.start({ keep }),
      readHostFacts({ hierarchies: 'all' }),
    ]);
    const facts = cgroups === 'none' ? { ...host, cgroups: undefined } : host;
    return new OciRuntime(launcher, facts, { preserveFds, cgroups });
  }

  /** Ends the launcher; containers go on. */
  stop(): Promise<void> {
    return this.#launcher.stop();
  }

  /**
   * Makes a container; resolves when all is done but its program. After a failure nothing of it is left.
   * @throws what `ContainerRuntime.start` throws.
   */
  async create(request: OciCreateRequest): Promise<CreatedContainer> {
    const { rootfs, consoleSocket, pidfdSocket, then } = request;
    const process = await withHome(withEnvironment(request.spec.process), async (path) => {
      const [text] = await readRootFiles(this.#launcher, rootfs, [path]);
      return text;
    });
    const { spec, unlimited } = this.#withoutCgroups({ ...request.spec, process });
    const { plan, warnings } = await planStart(
      {
        ...request,
        spec,
        rootfs: { type: 'bind', path: rootfs },
        preserveFds: this.#options.preserveFds,
        controllers: 'all',
      },
      { host: this.#host, filters: new FilterCache(this.#host.architecture) },
    );
    const shared = request.heldCgroup === true ? [] : await sharedCgroup(plan.cgroup);
    // What is there already is somebody else's, whatever becomes of this container.
    const made = await absent(plan.cgroup.remove);
    const name = `create ${request.id}`;
    const program = createProgram(plan, { name, consoleSocket, pidfdSocket, then });
    try {
      await saveLastSteps(request.runDir, { program, of: spec.process.args[0] ?? '' });
      const timeoutMs = startTimeoutMs(plan.hooks);
      const { pid, data, ended } = await this.#launcher.spawn(program, { timeoutMs });
      const exitStatus = ended.then(({ exitCode }) => exitCode);
      exitStatus.catch(() => undefined);
      return {
        pid: readStartAnswer(data).pid,
        warnings: [...warnings, ...shared, ...unlimited],
        cgroup: plan.cgroup,
        waiter: then === 'wait' ? { pid, exitStatus } : undefined,
      };
    } catch (failure) {
      const error = await orOutOfMemory(failure, plan.cgroup);
      await releaseRoot(this.#launcher, plan);
      await removeCgroups(made, systemClock);
      await removeSharedCgroups(made);
      await runLateHooks(this.#launcher, plan.hooks, { kind: 'poststop' });
      throw startError(error, { program: spec.process.args[0] ?? '', config: spec });
    }
  }

  /**
   * Executes a process in a running container; resolves once its program has been executed.
   * @throws what `ContainerRuntime.exec` throws.
   */
  async exec(request: OciExecRequest): Promise<OciExecuted> {
    const { consoleSocket, pidfdSocket, then, target, timeoutMs } = request;
    const process = await withHome(withEnvironment(request.process), async (path) => {
      const { texts } = await readContainerFiles(this.#launcher, target, [path]);
      const [text] = texts;
      return text;
    }).catch((error: unknown) => {
      throw execError(error, request);
    });
    const { plan: whole, warnings } = planExec(
      {
        ...request,
        spec: this.#withoutCgroups(request.spec).spec,
        process,
        runDir: request.bundle,
        preserveFds: this.#options.preserveFds,
      },
      { host: this.#host, filters: new FilterCache(this.#host.architecture) },
    );
    const made = await cgroupsAsMade(whole.cgroup);
    const cgroup = await inSubCgroups(made, request.subCgroups ?? []);
    const plan = { ...whole, cgroup };
    const name = `exec in ${request.id}`;
    try {
      const program = ociExecProgram(plan, { name, consoleSocket, pidfdSocket, then });
      const { pid, data, ended } = await this.#launcher.spawn(
        program,
        timeoutMs === undefined ? {} : { timeoutMs },
      );
      const exitStatus = ended.then(({ exitCode }) => exitCode);
      exitStatus.catch(() => undefined);
      return {
        pid: data.readUInt32LE(0),
        warnings,
        waiter: then === 'wait' ? { pid, exitStatus } : undefined,
      };
    } catch (error) {
      throw execError(error, request);
    }
  }

  /** What a container without cgroups is not limited to. */
  #withoutCgroups(spec: Spec): { readonly spec: Spec; readonly unlimited: readonly string[] } {
    const { resources, ...linux } = spec.linux;
    if (this.#options.cgroups === 'host' || resources === undefined) return { spec, unlimited: [] };
    const warning = '"linux.resources" is left out: the container is made without cgroups.';
    return { spec: { ...spec, linux }, unlimited: [warning] };
  }
}

async function absent(paths: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(paths.map(exists));
  return paths.filter((_path, index) => found[index] === false);
}

/** Limits hold for all that is in a cgroup, and what is done to one container is done to the other: runc's warning. */
async function sharedCgroup({ hierarchies }: CgroupPlan): Promise<readonly string[]> {
  const [first] = hierarchies;
  const procs = first && (await readTextIfExists(`${first.folder}/cgroup.procs`));
  if ((procs ?? '') === '') return [];
  return [`container's cgroup is not empty: "${first?.folder ?? ''}" has other processes in it.`];
}
