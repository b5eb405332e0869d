import type { SubCgroup } from '../launch/exec/sub-cgroups.ts';
import { parseSpec } from '../spec/parse-spec.ts';
import { parsePreciseJson } from '../spec/precise-json.ts';
import type { Spec } from '../spec/spec.ts';
import type { OciCall } from './command.ts';
import { readJsonFile } from './json-file.ts';
import { type GivenOptions, type OptionDeclaration, usage } from './options.ts';
import { absolutePath } from './paths.ts';

/** Options of `exec`. */
export const execOptions: readonly OptionDeclaration[] = [
  {
    name: 'console-socket',
    takes: 'text',
    help: 'Unix socket that receives the end of the terminal',
  },
  {
    name: 'pidfd-socket',
    takes: 'text',
    help: 'Unix socket that receives a descriptor of the process',
  },
  { name: 'cwd', takes: 'text', help: 'folder to execute it in' },
  { name: 'env', short: 'e', takes: 'texts', help: 'variables, as NAME=value' },
  { name: 'tty', short: 't', takes: 'flag', help: 'with a terminal' },
  { name: 'user', short: 'u', takes: 'text', help: '<uid>[:<gid>]' },
  { name: 'additional-gids', short: 'g', takes: 'texts', help: 'further groups, by number' },
  {
    name: 'process',
    short: 'p',
    takes: 'text',
    help: 'JSON file of "process", in place of all of these',
  },
  { name: 'detach', short: 'd', takes: 'flag', help: 'do not wait for its end' },
  { name: 'pid-file', takes: 'text', help: 'file that the process id is written to' },
  { name: 'process-label', takes: 'text', help: 'SELinux label' },
  { name: 'apparmor', takes: 'text', help: 'AppArmor profile' },
  { name: 'no-new-privs', takes: 'flag', help: 'it gains no rights on execve(2)' },
  { name: 'cap', short: 'c', takes: 'texts', help: 'further capabilities' },
  { name: 'preserve-fds', takes: 'number', help: 'hand on this many descriptors, from 3 on' },
  {
    name: 'cgroup',
    takes: 'texts',
    help: "cgroup below the container's: <path>, or with v1 <controller>[,<controller>]:<path>",
  },
  {
    name: 'ignore-paused',
    takes: 'flag',
    help: 'also in a paused container, where it waits until that is resumed',
  },
];

/** JSON as it is read. */
type Json = Readonly<Record<string, unknown>>;

/**
 * The container's config, with the process that is to be executed.
 * @throws USAGE, SPEC_INVALID, SPEC_UNSUPPORTED
 */
export async function execSpec(call: OciCall, configText: string): Promise<Spec> {
  const config = parsePreciseJson(configText) as Json & { readonly process: Json };
  return parseSpec({ ...config, process: await processOf(call, config.process) });
}

async function processOf({ context, options, operands }: OciCall, own: Json): Promise<unknown> {
  const file = options.text('process') ?? '';
  if (file !== '') {
    const path = absolutePath(file, context.workingDirectory);
    const process = await readJsonFile('--process', path);
    // The user is root where the file does not say, as in runc; -t asks for a terminal whatever it says.
    const whole = { user: { uid: 0, gid: 0 }, ...(process as Json) };
    return options.flag('tty') ? { ...whole, terminal: true } : whole;
  }
  const args = operands.slice(1);
  if (args.length === 0) throw usage('exec args cannot be empty: no command is given');
  const texts = {
    cwd: options.text('cwd'),
    apparmorProfile: options.text('apparmor'),
    selinuxLabel: options.text('process-label'),
  };
  const given = Object.entries(texts).filter(([, text]) => text !== undefined && text !== '');
  const capabilities = withCapabilities(own['capabilities'], options.texts('cap'));
  return {
    ...own,
    ...Object.fromEntries(given),
    args,
    terminal: options.flag('tty'),
    env: [...((own['env'] ?? []) as readonly unknown[]), ...options.texts('env')],
    user: userOf(options, own['user'] as Json),
    ...(options.text('no-new-privs') === undefined
      ? {}
      : { noNewPrivileges: options.flag('no-new-privs') }),
    ...(capabilities === undefined ? {} : { capabilities }),
  };
}

function userOf(options: GivenOptions, own: Json): Json {
  const text = options.text('user') ?? '';
  const match = /^(\d+)(?::(\d+))?$/.exec(text);
  if (text !== '' && match === null) throw usage(`--user is "${text}", wanted <uid>[:<gid>]`);
  const more = options.texts('additional-gids').map((gid) => {
    if (/^\d+$/.test(gid)) return Number(gid);
    throw usage(`--additional-gids is "${gid}", wanted the number of a group`);
  });
  const [, uid, gid] = match ?? [];
  return {
    ...own,
    ...(uid === undefined ? {} : { uid: Number(uid) }),
    ...(gid === undefined ? {} : { gid: Number(gid) }),
    additionalGids: [...((own['additionalGids'] ?? []) as readonly unknown[]), ...more],
  };
}

/** Only those become ambient that are inheritable, which stay as they are (capabilities(7)). */
function withCapabilities(own: unknown, more: readonly string[]): Json | undefined {
  if (more.length === 0) return undefined;
  const sets = (own ?? {}) as Readonly<Record<string, readonly unknown[] | undefined>>;
  const added = (name: string): readonly unknown[] => [...(sets[name] ?? []), ...more];
  const { inheritable } = sets;
  const ambient = [
    ...(sets['ambient'] ?? []),
    ...more.filter((name) => inheritable?.includes(name)),
  ];
  return {
    ...sets,
    bounding: added('bounding'),
    effective: added('effective'),
    permitted: added('permitted'),
    ...(inheritable === undefined ? {} : { ambient }),
  };
}

/**
 * The cgroups that --cgroup names, in the words of runc: one path for all hierarchies, or one for each of several controllers.
 * @throws USAGE
 */
export function subCgroupsOf(options: GivenOptions): readonly SubCgroup[] {
  const words = options.texts('cgroup').filter((word) => word !== '');
  return words.map((word) => {
    const [first = '', path, ...more] = word.split(':');
    if (more.length > 0) throw usage(`invalid --cgroup argument: "${word}" has more than one ":"`);
    if (path !== undefined) return { controllers: first.split(','), path };
    if (words.length === 1) return { controllers: [], path: first };
    throw usage(`invalid --cgroup argument: "${word}" (missing <controller>: prefix)`);
  });
}
