import type { HeldPort } from './ports/held-port.ts';
import { moveRelays } from './ports/relay-targets.ts';
import { Cleanup } from '../errors/cleanup.ts';
import { type Clock, systemClock } from '../host/clock.ts';
import { removeCgroups } from './cgroups/remove-cgroups.ts';
import type { Spec } from '../spec/spec.ts';
import type { Launcher } from '../syscall/launcher.ts';
import type { ExecTarget } from './exec/exec-plan.ts';
import {
  awaitCheckpoint,
  type CheckpointRequest,
  requireCheckpoints,
  writeCheckpoint,
} from './criu/checkpoint.ts';
import { planRestore, type RestoreRequest } from './criu/restore.ts';
import { readContainerFiles, type ContainerFiles } from './exec/read-container-files.ts';
import { ExecRunner, type ExecStarted } from './exec/exec-runner.ts';
import type { ExecRequest } from './exec/plan-exec.ts';
import { adoptCompressedLog, type CompressedLog } from './logs/compressed-log.ts';
import { awaitSender, type Datagrams, sendDatagrams } from './logs/send-datagrams.ts';
import { type ExitRecord, readExitRecord } from './exit-record.ts';
import { openContainerTree } from './files/container-tree.ts';
import type { ContainerTree, FilesView } from './files/container-tree.ts';
import { type HostFacts, readHostFacts } from './host-facts.ts';
import { runLateHooks } from './hooks/hooks-program.ts';
import { startTimeoutMs } from './hooks/hooks-plan.ts';
import { readStartAnswer } from './hooks/start-answer.ts';
import { holdError } from './ports/hold-error.ts';
import { LiveCgroups } from './cgroups/live-cgroups.ts';
import { MonitorConnection } from './monitor/connection.ts';
import { planStart, type StartRequest } from './plan-start.ts';
import { FilterCache } from './seccomp/filter-cache.ts';
import { releaseRoot } from './root/shared-root.ts';
import { startError } from './start-error.ts';
import type { StartPlan } from './start-plan.ts';
import { startProgram } from './start-program.ts';

/** A container that was started. */
export interface StartedContainer {
  /** Its first process, on the host. */
  readonly pid: number;
  /** What was asked for and this host does not allow, a sentence each. */
  readonly warnings: readonly string[];
}

/** What a runtime needs besides its launcher. */
export interface RuntimeOptions {
  /** Path of a socket that executed processes are reached by; its folder exists, and only root can enter it. */
  readonly execSocket: string;
  readonly clock?: Clock;
  /** CRIU's program: a path, or a name that is looked for in PATH, as it is when absent. */
  readonly criu?: string;
}

/** Starts containers, and finds those that run: OCI config in, processes out. */
export class ContainerRuntime {
  /** Those of containers that run. */
  readonly cgroups: LiveCgroups;
  readonly #launcher: Launcher;
  readonly #host: HostFacts;
  readonly #filters: FilterCache;
  readonly #clock: Clock;
  readonly #execRunner: ExecRunner;
  readonly #criu: string;

  private constructor(
    launcher: Launcher,
    host: HostFacts,
    { clock, execSocket, criu }: RuntimeOptions,
  ) {
    this.#clock = clock ?? systemClock;
    this.#criu = criu ?? 'criu';
    this.#launcher = launcher;
    this.#host = host;
    this.cgroups = new LiveCgroups(host.cgroups, this.#clock);
    this.#filters = new FilterCache(host.architecture);
    const path = execSocket;
    this.#execRunner = new ExecRunner({ launcher, host, filters: this.#filters, path });
  }

  /** Looks at the host once. Throws ARCH_UNSUPPORTED. */
  static async create(launcher: Launcher, options: RuntimeOptions): Promise<ContainerRuntime> {
    return new ContainerRuntime(launcher, await readHostFacts(), options);
  }

  /**
   * Starts a container; resolves once its program has been executed. After a failure nothing of it is left.
   * @throws EXEC_NOT_FOUND (exit status 127), EXEC_NOT_EXECUTABLE (126), START_FAILED naming the step,
   *   HOST_PORT_UNAVAILABLE naming one of `heldPorts`, HOOK_FAILED naming the hook, SPEC_UNSUPPORTED naming the field, MOUNT_SOURCE_MISSING, and the errors of cgroup, seccomp and launcher.
   */
  async start(request: StartRequest): Promise<StartedContainer> {
    const { plan, warnings } = await planStart(request, {
      host: this.#host,
      filters: this.#filters,
    });
    try {
      const program = startProgram(plan, { ...request, name: `start ${request.id.slice(0, 12)}` });
      const timeoutMs = startTimeoutMs(plan.hooks);
      const { data } = await this.#launcher.spawn(program, { timeoutMs });
      const answer = readStartAnswer(data);
      return { pid: answer.pid, warnings: [...warnings, ...answer.warnings] };
    } catch (error) {
      await this.#undo(plan, () => removeCgroups(plan.cgroup.remove, this.#clock));
      throw startError(holdError(error, request.heldPorts), {
        program: request.spec.process.args[0] ?? '',
        config: request.spec,
      });
    }
  }

  /** What goes wrong in it must not hide why the container did not start. */
  async #undo(plan: StartPlan, withoutCgroups: () => Promise<void>): Promise<void> {
    const undo = new Cleanup();
    undo.add(async () => {
      await runLateHooks(this.#launcher, plan.hooks, { kind: 'poststop' });
    });
    undo.add(withoutCgroups);
    undo.add(() => releaseRoot(this.#launcher, plan));
    await undo.run();
  }

  /**
   * Looks whether a container can be checkpointed here, before anything is done for it.
   * @throws SPEC_UNSUPPORTED naming the field, CRIU_UNAVAILABLE
   */
  requireCheckpoints(spec: Spec): Promise<void> {
    return requireCheckpoints(this.#criu, { spec, host: this.#host });
  }

  /** Writes a container into images: see `writeCheckpoint`. */
  checkpoint(request: CheckpointRequest): Promise<void> {
    return writeCheckpoint(this.#launcher, { host: this.#host, criu: this.#criu }, request);
  }

  /** See `awaitCheckpoint`. */
  awaitCheckpoint(images: string): Promise<void> {
    return awaitCheckpoint(this.#launcher, images);
  }

  /**
   * Makes a container from images; resolves once its processes go on. After a failure nothing of it is left.
   * @throws CRIU_UNAVAILABLE, CRIU_FAILED, START_FAILED naming the step, and what `start` throws of its plan
   */
  async restore(request: RestoreRequest): Promise<StartedContainer> {
    const { plan, warnings, execute } = await planRestore(
      { launcher: this.#launcher, host: this.#host, filters: this.#filters, criu: this.#criu },
      request,
    );
    try {
      return { pid: await execute(), warnings };
    } catch (error) {
      const { id, spec } = request;
      // Of what CRIU had made by then somebody may be left.
      await this.#undo(plan, () => this.cgroups.remove({ id, path: spec.linux.cgroupsPath }));
      throw startError(holdError(error, request.heldPorts), { program: 'criu', config: spec });
    }
  }

  /**
   * Executes a process in a running container; resolves once its program has been executed.
   * @throws EXEC_NOT_FOUND (exit status 127), EXEC_NOT_EXECUTABLE (126), EXEC_FAILED naming the step (with errno ESTALE when a file is no longer as before),
   *   CONTAINER_NOT_RUNNING, SPEC_UNSUPPORTED naming the field.
   */
  exec(request: ExecRequest): Promise<ExecStarted> {
    return this.#execRunner.exec(request);
  }

  /** Reads files of a running container: see `readContainerFiles`. */
  readFiles(target: ExecTarget, paths: readonly string[]): Promise<ContainerFiles> {
    return readContainerFiles(this.#launcher, target, paths);
  }

  /** Opens the files of a container: see `openContainerTree`. */
  openFiles(view: FilesView): Promise<ContainerTree> {
    return openContainerTree(this.#launcher, view, { host: this.#host, filters: this.#filters });
  }

  /** See `moveRelays`. */
  moveRelays(runDir: string, ports: readonly HeldPort[]): Promise<void> {
    return moveRelays(runDir, ports);
  }

  /** Connects to the monitor of a run folder; `undefined` when none is alive: the container does not run. */
  connect(runDir: string): Promise<MonitorConnection | undefined> {
    return MonitorConnection.open(runDir);
  }

  /** See `sendDatagrams`. */
  sendDatagrams(datagrams: Datagrams): Promise<void> {
    return sendDatagrams(this.#launcher, datagrams);
  }

  /** See `awaitSender`. */
  awaitSender(markFile: string): Promise<void> {
    return awaitSender(this.#launcher, markFile);
  }

  /** See `adoptCompressedLog`. */
  adoptCompressedLog(compressed: CompressedLog): Promise<void> {
    return adoptCompressedLog(this.#launcher, compressed);
  }

  /** How the container of a run folder ended; `undefined` when that is not recorded. */
  readExit(runDir: string): Promise<ExitRecord | undefined> {
    return readExitRecord(runDir);
  }
}
