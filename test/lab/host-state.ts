import { installedModules, npmCache } from './image/guest-files.ts';
import type { LabMachine } from './machine/lab-machine.ts';
import { clone } from './working-tree.ts';

/** What a machine is like, by subject: the lines of each are sorted. Compare two with {@link difference}. */
export type HostState = Readonly<Record<string, readonly string[]>>;

/** Lines of a subject that only one of two states has. */
export interface Difference {
  readonly gone: readonly string[];
  readonly added: readonly string[];
}

/** Folders whose content Linux and systemd change by themselves, the lab's own ones, and the person's clone. */
const notCompared = [
  clone,
  npmCache,
  installedModules,
  '/root/berth.tar.gz',
  '/root/berth-bundle',
  // Book-keeping of the package manager and the loader; what is installed is a subject of its own.
  '/etc/ld.so.cache',
  '/var/cache/apt',
  '/var/cache/ldconfig',
  '/var/lib/apt',
  '/var/lib/dpkg',
  '/var/log',
  '/var/tmp',
  '/tmp',
  '/root/.npm',
  '/root/.cache',
  // The units of the session by which the lab looks, and what systemd notes about every unit.
  '/run/log',
  '/run/systemd',
  '/run/udev',
  '/run/user',
  '/run/sshd.pid',
  '/var/lib/systemd',
];

/** `find` arguments that leave those out. */
const pruned = `\\( ${notCompared.map((path) => `-path ${path}`).join(' -o ')} \\) -prune -o`;

/** One command a subject, each printing lines. What goes away while find(1) looks is no failure; all others are. */
const commands: Readonly<Record<string, string>> = {
  // Type, permissions, owner, size and content; times are not compared (a folder's changes when a file came and went).
  files: `find / -xdev ${pruned} -type f -printf '%m %U:%G %s %p\\n' -o ! -type f -printf '%y %m %U:%G %p -> %l\\n' || true`,
  content: `find /etc /usr/local /opt /root /var/lib -xdev ${pruned} -type f -exec sha256sum {} + || true`,
  run: `find /run -xdev ${pruned} -printf '%y %m %U:%G %p\\n' || true`,
  mounts:
    'awk \'{ print $5, $6, $0 ~ / - / ? substr($0, index($0, " - ") + 3) : "" }\' /proc/self/mountinfo' +
    // The numbers of autofs are other ones after each boot.
    " | sed 's/fd=[0-9]*,//; s/,pipe_ino=[0-9]*//'",
  // Whoever asks for the time starts systemd-timedated, which ends by itself.
  cgroups:
    'find /sys/fs/cgroup -type d ! -path "*/user.slice/*" ! -name systemd-timedated.service || true',
  // Threads of the kernel have no command line; their number changes by itself. sshd, the shell and ps are the lab's.
  processes:
    'ps -eo ppid=,comm=,args= | awk \'$1 != 2 && $2 !~ /^(sshd|bash|ps|awk|sort|sh|systemd-timedat|\\(sd-pam\\))$/ { $1 = ""; print }\'',
  interfaces: "ip -o addr | sed 's/valid_lft.*//'; ip route",
  modules: "cut -d ' ' -f 1 /proc/modules",
  sysctls: 'sysctl net.ipv4.ip_forward net.ipv4.conf.all.forwarding net.ipv6.conf.all.forwarding',
  units: "systemctl list-unit-files --no-legend --plain | awk '$1 !~ /^session-/ { print $1, $2 }'",
  failed: 'systemctl list-units --failed --no-legend --plain',
  packages: "dpkg-query -W -f '${Package} ${Version} ${Status}\\n'",
};

/** Looks at a machine. All of it is one command: under emulation a session of sshd takes half a second of its own. */
export async function hostState(machine: LabMachine): Promise<HostState> {
  // Under load systemctl(1) may not get its answer within the usual 25 s, and would print nothing.
  const settings = 'set -o errexit -o pipefail; export SYSTEMD_BUS_TIMEOUT=5min';
  const script = Object.values(commands).map(
    (command) => `{ ${command} ; } | LC_ALL=C sort; printf '\\0'`,
  );
  const texts = (await machine.must([settings, ...script].join('\n'))).split('\0');
  return Object.fromEntries(
    Object.keys(commands).map((subject, index) => {
      const lines = (texts[index] ?? '').split('\n').filter((line) => line !== '');
      return [subject, lines];
    }),
  );
}

/** What came and went between two states; subjects that are the same are left out, so that `{}` says: nothing. */
export function difference(
  before: HostState,
  after: HostState,
): Readonly<Record<string, Difference>> {
  const all: Record<string, Difference> = {};
  for (const subject of Object.keys(before)) {
    const gone = without(before[subject] ?? [], after[subject] ?? []);
    const added = without(after[subject] ?? [], before[subject] ?? []);
    if (gone.length + added.length > 0) all[subject] = { gone, added };
  }
  return all;
}

function without(lines: readonly string[], others: readonly string[]): readonly string[] {
  const known = new Set(others);
  return lines.filter((line) => !known.has(line));
}
