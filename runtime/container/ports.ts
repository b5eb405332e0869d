import type { Writable } from 'node:stream';

import type { CgroupVersion } from '../host/cgroup-version.ts';
import type { Clock } from '../host/clock.ts';
import type { ImageService } from '../image/image-service.ts';
import type { CompressedLog } from '../launch/logs/compressed-log.ts';
import type { Datagrams } from '../launch/logs/send-datagrams.ts';
import type { HeldPort } from '../launch/ports/held-port.ts';
import type { LogRequest } from '../launch/monitor/log-request.ts';
import type { CgroupSample } from '../launch/cgroups/live-cgroups.ts';
import type { ContainerSnapshots } from '../snapshot/snapshot-service.ts';
import type { RootfsMount } from '../snapshot/rootfs-mount.ts';
import type { IdMapping } from '../spec/id-mappings.ts';
import type { Resources } from '../spec/resources.ts';
import type { Spec } from '../spec/spec.ts';
import type { RootfsFiles } from '../snapshot/rootfs-files.ts';
import type { TreeEditor } from '../syscall/tree/tree-editor.ts';
import type { TreeReader } from '../syscall/tree/tree-reader.ts';
import type { HostConfig } from './model/host-config.ts';
import type { ContainerNetworks } from './networking/container-networks.ts';
import type { SecurityOptions } from './spec/security-options.ts';
import type { LogDefaults } from './log-drivers/log-defaults.ts';
import type { ContainerPaths } from './store/container-paths.ts';
import type { VolumeFiles } from './volumes/volume-files.ts';

/** What it takes to start a container's program; `runtime/launch` does it. */
export interface StartRequest extends LogRequest {
  readonly id: string;
  readonly spec: Spec;
  readonly rootfs: RootfsMount;
  /** An existing folder, for the monitor's socket and exit record. */
  readonly runDir: string;
  readonly stdin: 'none' | 'open';
  /** Whether an init is above the program: it reaps and forwards signals. */
  readonly init: boolean;
  /** Ports of the host that are the container's as long as it runs; absent: none. */
  readonly heldPorts?: readonly HeldPort[] | undefined;
}

/** What it takes to let a container go on from a checkpoint. */
export interface RestoreRequest extends StartRequest {
  /** Folder of the checkpoint. */
  readonly images: string;
  /** A folder for the log of what is done. */
  readonly work: string;
}

/** What it takes to write a running container into a checkpoint. */
export interface CheckpointRequest {
  readonly id: string;
  /** What the container was started with. */
  readonly spec: Spec;
  /** The first process, on the host. */
  readonly pid: number;
  readonly runDir: string;
  /** An existing folder. */
  readonly images: string;
  /** A folder for the log of what is done. */
  readonly work: string;
}

/** What came of a start. */
export interface StartedProgram {
  readonly pid: number;
  /** What was asked for and this host does not allow, a sentence each. */
  readonly warnings: readonly string[];
}

/** How a container's program ended, as its monitor wrote it. */
export interface ExitRecord {
  /** 0 to 255; 128 + signal when a signal ended the program. */
  readonly exitCode: number;
  readonly signal?: number | undefined;
  /** Milliseconds since 1970. */
  readonly finishedAt: number;
  readonly oomKilled: boolean;
  /** What did not go as it should after the end, a sentence each. */
  readonly warnings?: readonly string[];
}

/** A process: its id alone may be another's by now. */
export interface ProcessTarget {
  readonly pid: number;
  /** Clock ticks since boot, in decimal. */
  readonly startTime: string;
}

/** Which standard streams of an executed process somebody is connected to. */
export interface ExecStreams {
  readonly stdin: 'none' | 'open';
  readonly stdout: 'none' | 'open';
  readonly stderr: 'none' | 'open';
}

/** A process to be executed in a running container. */
export interface ExecRequest {
  /** The container's. */
  readonly id: string;
  /** What the container was started with. */
  readonly spec: Spec;
  readonly process: Spec['process'];
  readonly target: ProcessTarget;
  readonly runDir: string;
  readonly streams: ExecStreams;
  /** Files that must be what they were when they were read: else nothing is executed. */
  readonly unchanged?: FilesAsRead | undefined;
}

/** What files of a container had in them, and by what it is known whether they still have. */
export interface ContainerFiles {
  /** In the order of the paths; `undefined` for what is no file. */
  readonly texts: readonly (string | undefined)[];
  /** Struct stat of each, zero for what is no file. */
  readonly status: Buffer;
  /** When each has last changed, in milliseconds since 1970; 0 for what is no file. */
  readonly changedMs: readonly number[];
}

/** Files as they were when they were read. */
export interface FilesAsRead {
  readonly paths: readonly string[];
  readonly status: Buffer;
}

/** A process that was executed. */
export interface ExecSession {
  /** Process id on the host. */
  readonly pid: number;
  /** Bytes for its standard input; `end()` closes that (not a terminal's). `undefined` when it has none. */
  readonly stdin: Writable | undefined;
  /** Its output until it ends, for one reader. It waits for a reader that does not go on. */
  output(): AsyncIterable<
    readonly { readonly stream: 'stdout' | 'stderr'; readonly text: Buffer }[]
  >;
  /** There once its output has been read to the end. */
  readonly exit: { readonly exitCode: number };
  resize(size: { readonly rows: number; readonly columns: number }): void;
  signal(signo: number): void;
}

/** A running container's monitor. */
export interface MonitorConnection {
  /** Process id of the container's program, as the host sees it. */
  readonly pid: number;
  /** Bytes for the program's standard input; `end()` closes it (not a terminal's). */
  readonly stdin: Writable;
  resize(size: { readonly rows: number; readonly columns: number }): void;
  /** Sends a signal through the monitor, the program's parent, so never to a recycled process id. */
  signal(signo: number): void;
  /** What the program's process is known by for good; `undefined` when it has ended. */
  target(): Promise<ProcessTarget | undefined>;
  /** Calls when the log file has grown. */
  onOutput(listener: () => void): void;
  /** Calls when output could not be written, and is lost. */
  onLostOutput(listener: () => void): void;
  /** Calls when the kernel has killed a process for want of memory, which need not be the program. */
  onOutOfMemory(listener: () => void): void;
  /** Resolves when the monitor has ended; `readExit` then has the record. */
  readonly closed: Promise<void>;
}

/** Which cgroup is meant: that of a container. */
export interface CgroupPlace {
  readonly id: string;
  /** `linux.cgroupsPath`; absent: the engine's own for this id. */
  readonly path?: string | undefined;
}

/** A limit that this host cannot carry out. */
export interface LimitReport {
  /** Such as `linux.resources.memory.swap`. */
  readonly field: string;
  /** A sentence. */
  readonly reason: string;
}

/** Other limits of a container. */
export interface LimitChange {
  /** What is asked for now, and nothing else. */
  readonly change: Resources;
  /** All that holds afterwards. */
  readonly resources: Resources;
}

/** The cgroups of containers that run. */
export interface ContainerCgroups {
  /**
   * Stops all processes; resolves when they stand still.
   *
   * @throws CGROUP_UNAVAILABLE, CGROUP_FREEZE_TIMEOUT, CONTAINER_NOT_RUNNING the cgroup is gone
   */
  freeze(place: CgroupPlace): Promise<void>;
  /** Lets all processes go on; no error when there are none any more. */
  thaw(place: CgroupPlace): Promise<void>;
  /** Whether nobody has stopped them, or begun to. */
  isThawed(place: CgroupPlace): Promise<boolean>;
  /** What the kernel counts; `undefined` where there are no cgroups, and of one that is gone. */
  sample(place: CgroupPlace): Promise<CgroupSample | undefined>;
  /** Which of these limits this host cannot carry out. @throws SPEC_UNSUPPORTED, CGROUP_LIMIT_INVALID, CGROUP_PATH_INVALID */
  unsupported(place: CgroupPlace, resources: Resources): readonly LimitReport[];
  /**
   * Sets other limits: all, or none when one of them is refused. One that is gone is left alone.
   *
   * @throws CGROUP_UPDATE_REFUSED, CGROUP_LIMIT_INVALID
   */
  update(place: CgroupPlace, change: LimitChange): Promise<readonly LimitReport[]>;
  /** The processes in it and in those below it, by number. */
  processes(place: CgroupPlace): Promise<readonly number[]>;
  /** Ends whoever is left in it, and removes it; nothing is done for one that is gone. @throws EBUSY they do not end */
  remove(place: CgroupPlace): Promise<void>;
}

/** Which files are meant. */
export type FilesView =
  | {
      readonly kind: 'running';
      readonly target: ProcessTarget;
      /** Folders in which nothing that is mounted there is to be seen. */
      readonly without: readonly string[];
    }
  | {
      readonly kind: 'stopped';
      readonly id: string;
      readonly spec: Spec;
      readonly rootfs: RootfsMount;
      /** An existing folder, for mount points. */
      readonly runDir: string;
    };

/** The files of a container. Links on the way are followed within its root, and never out of it. */
export interface ContainerTree {
  readonly reader: TreeReader;
  readonly editor: TreeEditor;
  readonly close: () => void;
}

/** Starts containers and finds those that run; implemented by `runtime/launch`. */
export interface ContainerRuntime {
  readonly cgroups: ContainerCgroups;
  /**
   * Resolves once the program has been executed.
   *
   * @throws EXEC_NOT_FOUND (exit 127), EXEC_NOT_EXECUTABLE (exit 126), HOST_PORT_UNAVAILABLE naming one of `heldPorts`, SYSCALL_FAILED
   *   and others of `runtime/launch`
   */
  start(request: StartRequest): Promise<StartedProgram>;
  /** Whether a container can be checkpointed here. @throws SPEC_UNSUPPORTED naming the field, CRIU_UNAVAILABLE */
  requireCheckpoints(spec: Spec): Promise<void>;
  /** Writes a container into images. It goes on, and one that is frozen stays so. @throws CRIU_FAILED */
  checkpoint(request: CheckpointRequest): Promise<void>;
  /** Waits until nobody writes images any more who was begun by another berthd. */
  awaitCheckpoint(images: string): Promise<void>;
  /** As `start`, from images. @throws CRIU_UNAVAILABLE, CRIU_FAILED, and others of `start` */
  restore(request: RestoreRequest): Promise<StartedProgram>;
  /** `undefined`: no monitor lives there, so the container does not run. */
  connect(runDir: string): Promise<MonitorConnection | undefined>;
  /** Has the relays of a running container's ports lead to where `relayTo` says by now. */
  moveRelays(runDir: string, ports: NonNullable<StartRequest['heldPorts']>): Promise<void>;
  /**
   * Executes a process in a running container; resolves once its program has been executed.
   *
   * @throws EXEC_NOT_FOUND (exit 127), EXEC_NOT_EXECUTABLE (exit 126), EXEC_FAILED (with errno ESTALE when
   *   a file is not `unchanged`), CONTAINER_NOT_RUNNING
   */
  exec(request: ExecRequest): Promise<{
    readonly session: ExecSession;
    readonly warnings: readonly string[];
  }>;
  /** Reads files as a running container sees them. */
  readFiles(target: ProcessTarget, paths: readonly string[]): Promise<ContainerFiles>;
  /** Opens the files of a container; they must be closed. @throws SYSCALL_FAILED, MOUNT_SOURCE_MISSING */
  openFiles(view: FilesView): Promise<ContainerTree>;
  /** Sends messages of a log, and marks how many were sent. @throws SYSCALL_FAILED naming the step */
  sendDatagrams(datagrams: Datagrams): Promise<void>;
  /** Waits for a sender that another berthd has begun with this file of marks. */
  awaitSender(markFile: string): Promise<void>;
  /** Puts a compressed file of a log in the place of what it was made of. */
  adoptCompressedLog(compressed: CompressedLog): Promise<void>;
  /** `undefined`: no exit was recorded, as when the machine went down. */
  readExit(runDir: string): Promise<ExitRecord | undefined>;
}

/** Whether a folder of a layer hides what lower layers have in it (overlayfs' `trusted.overlay.opaque`). */
export type OpaqueProbe = (folder: string) => Promise<boolean>;

/** Host facts that decide how a container is put together. */
export interface HostTraits {
  readonly cgroupVersion: CgroupVersion;
  /** Go's name of the processor: `amd64` or `arm64`. */
  readonly architecture: string;
  /** The DNS configuration that containers start from. */
  readonly resolvConfPath: string;
  /** Socket of journald. */
  readonly journalSocket: string;
}

/** What counts for containers that do not say; what is absent is as Docker has it without a configuration. */
export interface ContainerDefaults {
  /** `HostConfig.Init`. */
  readonly init: boolean;
  /** `HostConfig.CgroupParent`. */
  readonly cgroupParent?: string;
  /** Added to those of `HostConfig.Ulimits`, by name. */
  readonly ulimits?: NonNullable<HostConfig['Ulimits']>;
  readonly shmSizeBytes?: number;
  readonly ipcMode?: string;
  readonly cgroupnsMode?: string;
  /** Those that `HostConfig.SecurityOpt` does not set. The same object for each start: filters are remembered by it. */
  readonly security?: SecurityOptions;
  readonly dns?: readonly string[];
  readonly dnsOptions?: readonly string[];
  readonly dnsSearch?: readonly string[];
  /** The host's DNS configuration; absent: that of `HostTraits`. */
  readonly resolvConfPath?: string;
  /** `HostConfig.LogConfig`; absent: Docker's. */
  readonly log?: LogDefaults | undefined;
}

/** The ids of the host that those of containers stand for (`userns-remap`); as `linux.uidMappings` has them. */
export interface IdRemap {
  readonly uids: readonly IdMapping[];
  readonly gids: readonly IdMapping[];
}

/** Everything the container domain needs from the rest of berth. */
export interface ContainerPorts {
  readonly runtime: ContainerRuntime;
  readonly images: ImageService;
  readonly snapshots: ContainerSnapshots;
  readonly files: RootfsFiles;
  readonly volumeFiles: VolumeFiles;
  readonly networks: ContainerNetworks;
  readonly clock: Clock;
  readonly paths: ContainerPaths;
  readonly isOpaque: OpaqueProbe;
  readonly host: HostTraits;
  readonly defaults: ContainerDefaults;
  /** For containers that do not ask for the users of the host; absent: all have those. */
  readonly idRemap?: IdRemap | undefined;
  /** Hears of what goes wrong where no client waits for an answer. */
  readonly report: (problem: unknown) => void;
  /** Hears of what is worth knowing and not wrong, such as a limit that the host does not allow. */
  readonly notice: (text: string, details: Readonly<Record<string, unknown>>) => void;
}
