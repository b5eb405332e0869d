import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';

/** What carries the mark of a run of tests, in its environment. */
const variable = 'BERTH_TEST_RUN';

/** Those of the lab, which runs beside the tests, and of what it calls. */
const ofOthers = /^berth-(?:cpio|bundle|fleet)-/;

/** Folders of tests, and processes of berth's that outlive a berthd: by comparing with an earlier look one sees what was left. */
export function foldersAndHelpers(): readonly string[] {
  const folders = readdirSync(tmpdir()).filter(
    (name) => name.startsWith('berth-') && !ofOthers.test(name),
  );
  return [...folders.map((name) => `${tmpdir()}/${name}`), ...living(/^Name:\tberth-/m)].sort();
}

/** Marks this process, and so all that are started from now on, but for those that are given another environment. */
export function markRun(): string {
  const mark = randomUUID();
  process.env[variable] = mark;
  return mark;
}

/** Processes that were started by a run. */
export function processesOfRun(mark: string): readonly string[] {
  const wanted = `\0${variable}=${mark}\0`;
  return living(/^/).filter((line) => {
    const pid = line.slice(0, line.indexOf(' '));
    return `\0${textOf(`/proc/${pid}/environ`)}`.includes(wanted);
  });
}

/** `<pid> <command>`, of processes whose status has that. */
function living(wanted: RegExp): readonly string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .flatMap((pid) => {
      const status = textOf(`/proc/${pid}/status`);
      if (status === '' || /^State:\t[ZX]/m.test(status) || !wanted.test(status)) return [];
      const command = textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
      return [`${pid} ${command || (/^Name:\t(.*)$/m.exec(status)?.[1] ?? '')}`];
    });
}

/** Nothing of a process that has ended meanwhile. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
