/**
 * What the supervisor writes about itself, for whoever wants to know: 40 bytes, little-endian, that it rewrites with
 * one pwrite(2) at every change, then its own `/proc/self/stat` as it was at the start.
 */
export const stateLayout = {
  /** i32: pid of the supervisor. */
  supervisor: 0,
  /** i32: pid of the daemon; 0 while there is none. */
  daemon: 4,
  /** u32: how often the daemon was started again. */
  restarts: 8,
  /** i32: wait status of the daemon that ended last; -1 when none has. */
  lastStatus: 12,
  /** i64: when the daemon was started, in seconds since 1970-01-01 UTC. */
  startedAt: 16,
  /** i64: bytes of the `stat` text. */
  statLength: 24,
  /** i64: see `phases`. */
  phase: 32,
  stat: 40,
  /** Room for the `stat` text. */
  statSize: 512,
} as const;

/** Values of `phase`. */
export const phases = { running: 0, waiting: 1, stopping: 2 } as const;

/** The supervisor's state, as read from its file. */
export interface SupervisorState {
  readonly pid: number;
  /** Field 22 of proc_pid_stat(5) of the supervisor: with the pid it names one process for ever. */
  readonly startTime: string;
  /** Absent while no daemon runs. */
  readonly daemonPid?: number;
  readonly restarts: number;
  /** How the daemon ended last. */
  readonly lastEnd?: { readonly exitCode: number } | { readonly signal: number };
  /** When the daemon was started last, in milliseconds since 1970-01-01 UTC. */
  readonly startedAtMs: number;
  /** `waiting`: the daemon has ended and will be started again in a moment. */
  readonly phase: keyof typeof phases;
}

/** Parses the file; `undefined` when it is cut short (the supervisor is just writing it). */
export function parseSupervisorState(bytes: Uint8Array): SupervisorState | undefined {
  const at = stateLayout;
  if (bytes.length <= at.stat) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const statEnd = at.stat + Number(view.getBigInt64(at.statLength, true));
  const stat = Buffer.from(bytes.subarray(at.stat, statEnd)).toString('latin1');
  // The name in field 2 may hold anything, so fields count from the last ")".
  const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  const phase = phaseNamed(Number(view.getBigInt64(at.phase, true)));
  if (startTime === undefined || phase === undefined) return undefined;
  const daemonPid = view.getInt32(at.daemon, true);
  const lastStatus = view.getInt32(at.lastStatus, true);
  return {
    pid: view.getInt32(at.supervisor, true),
    startTime,
    ...(daemonPid === 0 ? {} : { daemonPid }),
    restarts: view.getUint32(at.restarts, true),
    ...(lastStatus === -1 ? {} : { lastEnd: endOf(lastStatus) }),
    startedAtMs: Number(view.getBigInt64(at.startedAt, true)) * 1000,
    phase,
  };
}

function phaseNamed(value: number): keyof typeof phases | undefined {
  if (value === phases.running) return 'running';
  if (value === phases.waiting) return 'waiting';
  return value === phases.stopping ? 'stopping' : undefined;
}

/** Splits a wait status as wait(2) does with WIFEXITED, WEXITSTATUS and WTERMSIG. */
function endOf(status: number): { readonly exitCode: number } | { readonly signal: number } {
  const signal = status & 0x7f;
  return signal === 0 ? { exitCode: (status >> 8) & 0xff } : { signal };
}
