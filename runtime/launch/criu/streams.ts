import {
  orIfMissing,
  readFile,
  readlink,
  readTextIfExists,
  stat,
  writeFileWhole,
} from '../../host/files.ts';

/** A standard stream of a container, by the name that CRIU has for what is behind it. */
export interface StreamName {
  /** `pipe:[5]`, `file[1a:2b]`, or a path in the container; empty: it is closed, or a terminal. */
  readonly name: string;
  /** Whether it is a file that the container has no path to, as one that the engine redirects to. */
  readonly isOutside: boolean;
}

/** Where the names are kept with the images, in the form that runc has for its own. */
const streamsFile = 'descriptors.json';

/** Names of what can be handed to a restored process in the place of what was there. */
const inheritable = /^(?:pipe|socket):\[|^file\[/;

/** Looks what is behind the standard streams of a container's first process. */
export async function streamsOf(pid: number): Promise<readonly StreamName[]> {
  const mountinfo = await readFile(`/proc/${pid}/mountinfo`, 'utf8');
  const own = new Set(mountinfo.split('\n').map((line) => line.split(' ')[0]));
  return Promise.all([0, 1, 2].map((number) => streamOf(pid, number, own)));
}

async function streamOf(
  pid: number,
  number: number,
  ownMounts: ReadonlySet<string | undefined>,
): Promise<StreamName> {
  const file = `/proc/${pid}/fd/${number}`;
  const link = await orIfMissing(readlink(file), '');
  // A terminal of the caller is a matter of --shell-job.
  if (link === '' || /^\/dev\/(?:pts\/|tty|console)/.test(link))
    return { name: '', isOutside: false };
  if (!link.startsWith('/')) return { name: link, isOutside: false };
  const info = await readFile(`/proc/${pid}/fdinfo/${number}`, 'utf8');
  const mount = /^mnt_id:\s*(\d+)$/m.exec(info)?.[1];
  if (ownMounts.has(mount)) return { name: link, isOutside: false };
  const { ino } = await stat(file);
  const name = `file[${Number(mount).toString(16)}:${ino.toString(16)}]`;
  return { name, isOutside: true };
}

/** Arguments of `criu dump` for streams to the outside. */
export function outsideStreams(streams: readonly StreamName[]): readonly string[] {
  const names = streams.filter(({ isOutside }) => isOutside).map(({ name }) => name);
  return [...new Set(names)].flatMap((name) => ['--external', name]);
}

/** Arguments of `criu restore` that put its own standard streams in the place of those that were there. */
export function inheritedStreams(names: readonly string[]): readonly string[] {
  return names.flatMap((name, number) =>
    inheritable.test(name) && names.indexOf(name) === number
      ? ['--inherit-fd', `fd[${number}]:${name}`]
      : [],
  );
}

/** Keeps the names with the images. */
export async function writeStreamNames(
  images: string,
  streams: readonly StreamName[],
): Promise<void> {
  const names = JSON.stringify(streams.map(({ name }) => name));
  await writeFileWhole(`${images}/${streamsFile}`, names, { mode: 0o600, durability: 'memory' });
}

/** Reads the names that were kept; none from images without. */
export async function readStreamNames(images: string): Promise<readonly string[]> {
  const text = await readTextIfExists(`${images}/${streamsFile}`);
  const names: unknown = text === undefined ? [] : JSON.parse(text);
  return Array.isArray(names) ? names.map(String) : [];
}
