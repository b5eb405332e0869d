import { readTextIfExists } from './files.ts';

/** What one interface has let through since it was made. */
export interface InterfaceCounts {
  readonly name: string;
  readonly received: TrafficCounts;
  readonly sent: TrafficCounts;
}

/** One direction. */
export interface TrafficCounts {
  readonly bytes: number;
  readonly packets: number;
  readonly errors: number;
  readonly dropped: number;
}

/** Reads those of the network that a process is in, from proc_pid_net(5); none when it has ended. */
export async function readInterfaceCounts(pid: number): Promise<readonly InterfaceCounts[]> {
  return parseInterfaceCounts((await readTextIfExists(`/proc/${pid}/net/dev`)) ?? '');
}

/** Columns of a direction: the eight of receiving come first. */
const columnsOfOne = 8;

/** Reads the text of /proc/PID/net/dev. */
export function parseInterfaceCounts(text: string): readonly InterfaceCounts[] {
  return text.split('\n').flatMap((line) => {
    const at = line.lastIndexOf(':');
    if (at === -1) return [];
    const columns = line
      .slice(at + 1)
      .trim()
      .split(/\s+/)
      .map(Number);
    return [
      {
        name: line.slice(0, at).trim(),
        received: direction(columns),
        sent: direction(columns.slice(columnsOfOne)),
      },
    ];
  });
}

function direction([
  bytes = 0,
  packets = 0,
  errors = 0,
  dropped = 0,
]: readonly number[]): TrafficCounts {
  return { bytes, packets, errors, dropped };
}
