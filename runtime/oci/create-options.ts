import { BerthError } from '../errors/berth-error.ts';
import { orIfMissing, readlink } from '../host/files.ts';
import type { Spec } from '../spec/spec.ts';
import { readBundle, relativeDestinations, type Bundle } from './bundle.ts';
import type { OciCall } from './command.ts';
import type { CreateRequest } from './create-container.ts';
import { type GivenOptions, type OptionDeclaration, usage } from './options.ts';
import { hostNotifySocket } from './notify/notify-socket.ts';
import { absolutePath } from './paths.ts';
import { ContainerFolder } from './state/container-folder.ts';
import type { ScopeRequest } from './systemd/scope.ts';

/** Options of `create`, which `run` and `restore` have as well. */
export const createOptions: readonly OptionDeclaration[] = [
  { name: 'bundle', short: 'b', takes: 'text', help: 'folder of the bundle (default: this one)' },
  {
    name: 'config',
    short: 'f',
    takes: 'text',
    help: "config to use in place of the bundle's config.json",
  },
  {
    name: 'console-socket',
    takes: 'text',
    help: 'Unix socket that receives the other end of the terminal',
  },
  {
    name: 'pidfd-socket',
    takes: 'text',
    help: 'Unix socket that receives a descriptor of the process',
  },
  { name: 'pid-file', takes: 'text', help: 'file that the process id is written to' },
  {
    name: 'no-pivot',
    takes: 'flag',
    help: 'move the root instead of pivot_root(2), for roots on a ramdisk; less safe',
  },
  { name: 'no-new-keyring', takes: 'flag', help: "keep the caller's session keyring" },
  {
    name: 'preserve-fds',
    takes: 'number',
    help: 'hand on this many descriptors, from 3 on (and those of LISTEN_FDS)',
  },
];

/** An option that is a path, from the folder the command was called in. */
export function pathOption({ context, options }: OciCall, name: string): string | undefined {
  const text = options.text(name) ?? '';
  return text === '' ? undefined : absolutePath(text, context.workingDirectory);
}

/** The longest path that a struct sockaddr_un holds with its NUL, in bytes (unix(7)). */
const longestSocketPath = 107;

/** An option that is the path of a Unix socket. Throws USAGE. */
export function socketOption(call: OciCall, name: string): string | undefined {
  const path = pathOption(call, name);
  const bytes = Buffer.byteLength(path ?? '');
  if (bytes <= longestSocketPath) return path;
  throw usage(`--${name} has ${bytes} bytes, wanted a path of at most ${longestSocketPath}`);
}

/** Reads what `create` and `run` have in common. Throws USAGE, and the errors of the bundle and of `scopeRequest`. */
export async function createRequest(
  call: OciCall,
  { mode }: { readonly mode: 'detached' | 'foreground' },
): Promise<CreateRequest> {
  const { context, options, operands } = call;
  const folder = new ContainerFolder(context, operands[0] ?? '');
  const consoleSocket = socketOption(call, 'console-socket');
  const path = pathOption(call, 'bundle') ?? context.workingDirectory;
  const config = options.text('config') ?? 'config.json';
  const bundle = await readBundle(path, absolutePath(config, path));
  checkConsole(bundle.spec, { consoleSocket, mode });
  for (const warning of relativeDestinations(bundle.configText)) context.log.warn(warning);
  const scope = context.cgroups === 'systemd' ? await scopeOf(bundle, folder) : undefined;
  const listening = listeningFds();
  return {
    folder,
    ...(scope && { scope }),
    bundle: listening === 0 ? bundle : withListeners(bundle, listening),
    pidFile: pathOption(call, 'pid-file'),
    consoleSocket,
    pidfdSocket: socketOption(call, 'pidfd-socket'),
    notifySocket: hostNotifySocket(context.log),
    preserveFds: await preservedFds(options, listening),
    newKeyring: !options.flag('no-new-keyring'),
    pivot: options.flag('no-pivot') ? 'without' : 'with',
    then: mode === 'detached' ? 'leave' : 'wait',
    cgroups: context.cgroups === 'none' ? 'none' : 'host',
  };
}

/** A container whose engine believes that systemd knows of its cgroups must not be made without. */
async function scopeOf({ spec }: Bundle, { id }: ContainerFolder): Promise<ScopeRequest> {
  const { scopeRequest } = await import('./systemd/scope-request.ts');
  return scopeRequest(spec, id);
}

/** A terminal needs somebody who holds its other end, and the other way round. */
export function checkConsole(
  spec: Spec,
  { consoleSocket, mode }: { readonly consoleSocket: string | undefined; readonly mode: string },
): void {
  const { terminal } = spec.process;
  if (terminal && mode === 'detached' && consoleSocket === undefined) {
    throw usage(
      "cannot allocate tty if runc will detach without setting console socket (use --console-socket): 'process.terminal' is true",
    );
  }
  if (!terminal && consoleSocket !== undefined) {
    throw usage(
      "cannot use console socket if runc will not detach or allocate tty: 'process.terminal' is false, wanted no --console-socket",
    );
  }
}

/** Sockets that were passed to this process (sd_listen_fds(3)). */
function listeningFds(): number {
  const { LISTEN_FDS: count = '', LISTEN_PID: pid = '' } = process.env;
  return /^\d+$/.test(count) && pid === String(process.pid) ? Number(count) : 0;
}

/** The container's program is told of them as well; there it is the first process. */
function withListeners(bundle: Bundle, count: number): Bundle {
  const { spec } = bundle;
  const env = [...spec.process.env, `LISTEN_FDS=${count}`, 'LISTEN_PID=1'];
  return { ...bundle, spec: { ...spec, process: { ...spec.process, env } } };
}

/** Those above are the start's own (`host-descriptors.ts` of runtime/launch). */
const mostPreserved = 100;

/**
 * How many descriptors beyond the standard ones are handed on. Each must be the caller's: where one is missing Node.js has
 * put one of its own, and the first that it opens is that of its event loop.
 *
 * @param listening those that the caller handed over as sockets.
 * @throws USAGE
 */
export async function preservedFds(options: GivenOptions, listening = 0): Promise<number> {
  const count = listening + (options.number('preserve-fds') ?? 0);
  if (count < 0 || count > mostPreserved)
    throw usage(`--preserve-fds is ${count}, wanted a number from 0 to ${mostPreserved}`);
  for (let fd = 3; fd < 3 + count; fd += 1) {
    const link = await orIfMissing(readlink(`/proc/self/fd/${fd}`), undefined);
    if (link !== undefined && link !== 'anon_inode:[eventpoll]') continue;
    throw new BerthError('USAGE', {
      message: `unable to stat preserved-fd ${fd - 3} (of ${count}): descriptor ${fd} is not open, no such file or directory`,
      remedy: 'Open it in the calling process, or ask for fewer descriptors.',
      details: { field: '--preserve-fds', descriptor: fd },
    });
  }
  return count;
}
