/**
 * Who may import whom. A room imports only what is named here; the order is from the top of the house to its ground. A
 * new room is one line.
 */
export const rooms: Readonly<Record<string, readonly string[]>> = {
  // What a person asks for: above the engine, and of the engine only its command line.
  scripts: [
    'checks',
    'templates',
    'messages',
    'runtime/cli',
    // A configuration is judged by the daemon's own parser before the daemon is given it.
    'runtime/config',
    'runtime/mirror',
    'runtime/oci',
    'runtime/supervise',
    'runtime/syscall',
    'runtime/host',
    'runtime/errors',
  ],
  checks: ['messages', 'runtime/syscall', 'runtime/host', 'runtime/errors'],
  templates: ['runtime/config', 'runtime/errors'],
  // What berth says to people, in each language; of errors from below, whose English is their own, the Chinese.
  messages: ['runtime/errors'],

  // A client of the API like any other: it knows nothing of the engine behind the socket. What it copies travels as tars, with
  // extended attributes, for which Node.js has no calls.
  'runtime/cli': ['runtime/tar', 'runtime/syscall', 'runtime/host', 'runtime/errors'],

  // The composition root of the engine: makes the parts and joins them. The carried image's text is a template.
  'runtime/daemon': [
    'templates',
    'runtime/api',
    'runtime/config',
    'runtime/container',
    'runtime/snapshot',
    'runtime/registry',
    'runtime/layer',
    'runtime/image',
    'runtime/launch',
    'runtime/network',
    'runtime/syscall',
    'runtime/host',
    'runtime/errors',
  ],

  // A server of its own beside berthd, which `scripts/mirror` starts: registries as a pull-through cache.
  'runtime/mirror': [
    'runtime/config',
    'runtime/registry',
    'runtime/image',
    'runtime/syscall',
    'runtime/host',
    'runtime/errors',
  ],

  // A runtime for other engines: runc's command line over the room that starts containers.
  'runtime/oci': [
    'runtime/launch',
    'runtime/cgroup',
    'runtime/spec',
    'runtime/syscall',
    'runtime/host',
    'runtime/errors',
  ],

  // The engine.
  'runtime/api': [
    'runtime/container',
    'runtime/network',
    'runtime/image',
    'runtime/host',
    'runtime/errors',
  ],
  'runtime/container': [
    'runtime/concurrency',
    'runtime/network',
    'runtime/image',
    'runtime/snapshot',
    'runtime/launch',
    'runtime/spec',
    'runtime/syscall',
    'runtime/host',
    'runtime/errors',
  ],
  'runtime/snapshot': [
    'runtime/concurrency',
    'runtime/image',
    'runtime/layer',
    'runtime/syscall',
    'runtime/host',
    'runtime/errors',
  ],
  'runtime/registry': ['runtime/image', 'runtime/host', 'runtime/errors'],
  'runtime/layer': [
    'runtime/image',
    'runtime/tar',
    'runtime/syscall',
    'runtime/host',
    'runtime/errors',
  ],
  'runtime/network': ['runtime/concurrency', 'runtime/syscall', 'runtime/host', 'runtime/errors'],
  'runtime/image': ['runtime/tar', 'runtime/host', 'runtime/errors'],
  'runtime/launch': [
    'runtime/snapshot',
    'runtime/cgroup',
    'runtime/network',
    'runtime/spec',
    'runtime/syscall',
    'runtime/host',
    'runtime/errors',
  ],
  'runtime/cgroup': ['runtime/spec', 'runtime/syscall', 'runtime/host', 'runtime/errors'],
  'runtime/supervise': ['runtime/syscall', 'runtime/host', 'runtime/errors'],
  'runtime/syscall': ['runtime/host', 'runtime/errors'],
  // Of networks it takes the arithmetic of addresses.
  'runtime/config': ['runtime/network', 'runtime/host', 'runtime/errors'],
  'runtime/host': ['runtime/errors'],

  // Leaves.
  'runtime/concurrency': [],
  'runtime/tar': ['runtime/errors'],
  'runtime/spec': ['runtime/errors'],
  'runtime/errors': [],
};

/** The two programs: they may import everything. */
export const programs: readonly string[] = [
  'runtime/daemon.ts',
  'scripts/main.ts',
  'scripts/program/bundle-main.ts',
  'scripts/program/oci-main.ts',
  'scripts/program/warm-up.ts',
  'scripts/program/warm-up-oci.ts',
];

/** The room of a file; `undefined` for one outside the house, such as package.json. */
export function roomOf(path: string): string | undefined {
  const [first = '', second = ''] = path.split('/');
  const room = first === 'runtime' ? `${first}/${second}` : first;
  return path.includes('/') ? room : undefined;
}
