import { BerthError } from '../../errors/berth-error.ts';

/** Processes as ps(1) shows them. */
export interface ProcessList {
  readonly titles: readonly string[];
  /** A field for each title. */
  readonly processes: readonly (readonly string[])[];
}

/** Blanks of ASCII alone: names of programs may have others in them. */
const blanks = /[\t\n\f\r ]+/;

/**
 * Refuses to have another column called PID, which could show processes of the host for those of a container.
 *
 * @throws CONTAINER_PS_FAILED
 */
export function refuseOtherPids(psArgs: string): void {
  for (const [, column = '', title = ''] of psArgs.matchAll(/\s+([^\s]*)=\s*(PID[^\s]*)/g)) {
    if (column === 'pid') continue;
    throw unreadable(`specifying "${column}=${title}" is not allowed`);
  }
}

/**
 * Picks the lines of some processes out of what ps(1) has written, and those of their threads.
 *
 * @throws CONTAINER_PS_FAILED there is no column of process ids
 */
export function parseProcessList(output: string, pids: readonly number[]): ProcessList {
  const [head = '', ...lines] = output.split('\n');
  const titles = fieldsOf(head);
  const column = titles.indexOf('PID');
  if (column === -1) throw unreadable("Couldn't find PID field in ps output");
  const wanted = new Set(pids);
  let isWanted = false;
  const processes = lines.flatMap((line) => {
    const fields = fieldsOf(line);
    if (fields.length === 0) return [];
    const text = fields[column] ?? '';
    // A thread's line has "-" there and follows that of its process.
    if (text !== '-') isWanted = wanted.has(pidOf(text));
    return isWanted ? [merged(fields, titles.length)] : [];
  });
  return { titles, processes };
}

function fieldsOf(line: string): readonly string[] {
  return line.split(blanks).filter(Boolean);
}

function pidOf(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw unreadable(`Unexpected pid '${text}': not a number`);
}

/** The last column, the command, has blanks in it. */
function merged(fields: readonly string[], count: number): readonly string[] {
  return [...fields.slice(0, count - 1), fields.slice(count - 1).join(' ')];
}

function unreadable(message: string): BerthError {
  return new BerthError('CONTAINER_PS_FAILED', {
    message,
    remedy: 'Leave the column of process ids in the output, as in "-o pid,comm".',
  });
}
