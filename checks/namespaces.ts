import {
  CLONE_NEWCGROUP,
  CLONE_NEWIPC,
  CLONE_NEWNET,
  CLONE_NEWNS,
  CLONE_NEWPID,
  CLONE_NEWUSER,
  CLONE_NEWUTS,
} from '../runtime/syscall/constants/clone.ts';
import { ProgramBuilder } from '../runtime/syscall/program-builder.ts';
import { checkMessages } from '../messages/areas/checks.ts';
import { checkKernelMessages as m } from '../messages/areas/checks-kernel.ts';
import type { Check } from './check.ts';
import type { CheckContext } from './context.ts';
import type { HostFix } from './fix.ts';
import type { Outcome } from './finding.ts';
import { explainKernelOptions } from './probes/explain-kconfig.ts';
import { runProbe } from './probes/run-probe.ts';
import type { SyscallFailure } from './probes/run-probe.ts';
import { readSysctl } from './probes/sysctl.ts';
import { joinClauses } from './probes/join-texts.ts';

/** The namespaces of a container (namespaces(7)): flag and kernel option. */
const kinds = {
  net: { flag: CLONE_NEWNET, option: 'CONFIG_NET_NS' },
  pid: { flag: CLONE_NEWPID, option: 'CONFIG_PID_NS' },
  ipc: { flag: CLONE_NEWIPC, option: 'CONFIG_IPC_NS' },
  uts: { flag: CLONE_NEWUTS, option: 'CONFIG_UTS_NS' },
  mnt: { flag: CLONE_NEWNS, option: 'CONFIG_NAMESPACES' },
  cgroup: { flag: CLONE_NEWCGROUP, option: 'CONFIG_CGROUPS' },
  user: { flag: CLONE_NEWUSER, option: 'CONFIG_USER_NS' },
} as const;

type NamespaceKind = keyof typeof kinds;

interface Refused {
  readonly kind: NamespaceKind;
  readonly failure: SyscallFailure;
}

/** Whether each kind of namespace can be made. */
export const namespaces: Check = {
  id: 'namespaces',
  title: m.namespacesTitle,
  group: 'kernel',
  wanted: () => m.namespacesWanted({ kinds: Object.keys(kinds).join(', ') }),
  why: m.namespacesWhy,
  severity: 'fail',
  privilege: 'root',
  async probe(context) {
    const refused: Refused[] = [];
    for (const kind of Object.keys(kinds) as NamespaceKind[]) {
      const program = new ProgramBuilder(`try a ${kind} namespace`);
      program.call(`make a ${kind} namespace`, 'unshare', [kinds[kind].flag]);
      const result = await runProbe(context, program);
      if (result.kind === 'refused') refused.push({ kind, failure: result.failure });
    }
    if (refused.length === 0) {
      return { status: 'pass', seen: m.namespacesAll({ kinds: Object.keys(kinds).join(', ') }) };
    }
    return explain(context, refused);
  },
};

async function explain(context: CheckContext, refused: readonly Refused[]): Promise<Outcome> {
  const seen = m.namespacesRefused({
    kinds: refused.map(({ kind, failure }) => `${kind}: ${failure.errno}`).join('; '),
  });
  const options = refused.map(({ kind }) => ({ option: kinds[kind].option }));
  // EINVAL is how a kernel without one kind answers; for anything else its configuration explains nothing.
  const unknown = refused.some(({ failure }) => failure.errno === 'EINVAL');
  const kernel = unknown ? (await explainKernelOptions(context, options)).text : undefined;
  const fix = await raiseLimits(context, refused);
  const details = {
    refused: Object.fromEntries(refused.map(({ kind, failure }) => [kind, failure.errno])),
  };
  return {
    status: refused.every(({ kind }) => kind === 'user') ? 'warn' : 'fail',
    seen: kernel === undefined ? seen : joinClauses([seen, kernel]),
    remedy: remedyFor(refused, fix),
    ...(fix.length > 0 ? { fix } : {}),
    details,
  };
}

/** Enterprise Linux 7 sets the number of user namespaces to 0; ENOSPC is what unshare(2) says then. */
async function raiseLimits(
  { files }: CheckContext,
  refused: readonly Refused[],
): Promise<readonly HostFix[]> {
  const fixes: HostFix[] = [];
  for (const { kind, failure } of refused) {
    const key = `user.max_${kind}_namespaces`;
    if (failure.errno !== 'ENOSPC' || (await readSysctl(files, key)) !== '0') continue;
    fixes.push({ kind: 'sysctl', key, value: '28633' });
  }
  return fixes;
}

function remedyFor(refused: readonly Refused[], fix: readonly HostFix[]): string {
  if (fix.length > 0) return m.namespacesRaise();
  const errnos = new Set(refused.map(({ failure }) => failure.errno));
  if (errnos.has('EINVAL')) return m.namespacesKernel();
  if (errnos.has('ENOSPC')) return m.namespacesSettings();
  if (refused.every(({ kind }) => kind === 'user')) {
    return m.namespacesUserOnly();
  }
  return checkMessages.outsideContainer();
}
