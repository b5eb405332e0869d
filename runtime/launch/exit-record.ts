import { orIfMissing, readFile } from '../host/files.ts';
import { poststopFileName } from './hooks/hooks-of-runtime.ts';
import { hookWarning, parseHookReports } from './hooks/report.ts';
import { exitFileName, exitHeaderSize } from './monitor/protocol.ts';

/** How a container's first process ended. */
export interface ExitRecord {
  /** 0 to 255; 128 and the signal's number when a signal ended it. */
  readonly exitCode: number;
  /** The signal that ended it. */
  readonly signal?: number;
  /** Milliseconds since 1970. */
  readonly finishedAt: number;
  /** Whether the kernel killed a process of the container for want of memory. */
  readonly oomKilled: boolean;
  /** Of the hooks of poststop, a sentence for each that has failed. */
  readonly warnings: readonly string[];
}

/** Reads the record that a monitor that has gone left in a run folder; `undefined` when there is none. */
export async function readExitRecord(runDir: string): Promise<ExitRecord | undefined> {
  const [bytes, hooks] = await Promise.all([
    orIfMissing(readFile(`${runDir}/${exitFileName}`), undefined),
    orIfMissing(readFile(`${runDir}/${poststopFileName}`), Buffer.alloc(0)),
  ]);
  if (!bytes || bytes.length < exitHeaderSize) return undefined;
  const seconds = Number(bytes.readBigInt64LE(0));
  const nanoseconds = Number(bytes.readBigInt64LE(8));
  const status = bytes.readUInt32LE(16);
  const counter = bytes.toString('latin1', exitHeaderSize, exitHeaderSize + bytes.readUInt32LE(20));
  const signal = status & 0x7f;
  return {
    exitCode: signal === 0 ? (status >> 8) & 0xff : 128 + signal,
    ...(signal !== 0 && { signal }),
    finishedAt: seconds * 1000 + Math.floor(nanoseconds / 1e6),
    oomKilled: Number(/^oom_kill (\d+)$/m.exec(counter)?.[1] ?? 0) > 0,
    warnings: parseHookReports(hooks).map(hookWarning),
  };
}
