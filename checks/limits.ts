import { checkKernelMessages as m } from '../messages/areas/checks-kernel.ts';
import type { Check } from './check.ts';
import type { CheckContext } from './context.ts';
import { readCapabilities } from './probes/capabilities.ts';
import { readSysctl } from './probes/sysctl.ts';
import { joinClauses, joinSentences } from './probes/join-texts.ts';

interface KernelLimit {
  readonly key: string;
  readonly least: number;
  /** What runs out first. */
  readonly uses: () => string;
  /** Value that the fix sets. */
  readonly roomy: string;
}

const kernelLimits: readonly KernelLimit[] = [
  {
    key: 'kernel.keys.root_maxkeys',
    least: 10_000,
    uses: m.limitsKeys,
    roomy: '1000000',
  },
  { key: 'kernel.pid_max', least: 32_768, uses: m.limitsProcesses, roomy: '4194304' },
  {
    key: 'fs.inotify.max_user_instances',
    least: 128,
    uses: m.limitsWatchers,
    roomy: '1024',
  },
  { key: 'fs.inotify.max_user_watches', least: 8192, uses: m.limitsWatches, roomy: '524288' },
];
const leastOpenFiles = 65_536;

/** Whether the kernel's and the daemon's own limits leave room for many containers. */
export const limits: Check = {
  id: 'limits',
  title: m.limitsTitle,
  group: 'kernel',
  wanted: () => m.limitsWanted({ files: leastOpenFiles }),
  why: m.limitsWhy,
  severity: 'warn',
  privilege: 'none',
  async probe({ files, machine }) {
    const tight = await tightKernelLimits(files);
    const openFiles = await openFilesLimit(files);
    const fewFiles = openFiles !== undefined && openFiles < leastOpenFiles;
    const held = await readCapabilities(files);
    // Nobody but root has it, and the root check says that already.
    const mayRaise = machine.uid !== 0 || (held?.has('CAP_SYS_RESOURCE') ?? false);
    const details = { openFiles, mayRaise, tight: tight.map(({ key, value }) => ({ key, value })) };
    if (tight.length === 0 && !fewFiles && mayRaise) {
      return { status: 'pass', seen: m.limitsRoomy(), details };
    }
    const seen = [
      ...tight.map(({ key, value, uses }) => `${key} "${value}" (${uses()})`),
      ...(fewFiles ? [m.limitsOpenFiles({ count: openFiles })] : []),
      ...(mayRaise ? [] : [m.limitsNoResource()]),
    ];
    const fix = tight.map(({ key, roomy }) => ({ kind: 'sysctl', key, value: roomy }) as const);
    return {
      status: 'warn',
      seen: joinClauses(seen),
      remedy: remedyFor({ tight: tight.length > 0, fewFiles, mayRaise }),
      ...(fix.length > 0 ? { fix } : {}),
      details,
    };
  },
};

async function tightKernelLimits(
  files: CheckContext['files'],
): Promise<readonly (KernelLimit & { readonly value: string })[]> {
  const read = await Promise.all(
    kernelLimits.map(async (limit) => ({ ...limit, value: await readSysctl(files, limit.key) })),
  );
  // A setting that this kernel does not have limits nothing.
  return read.flatMap(({ value, ...limit }) =>
    value !== undefined && Number(value) < limit.least ? [{ ...limit, value }] : [],
  );
}

/** The hard limit on open files of this process (proc_pid_limits(5)), which the daemon inherits. */
async function openFilesLimit(files: CheckContext['files']): Promise<number | undefined> {
  const text = (await files.readText('/proc/self/limits')) ?? '';
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(text)?.[1];
  if (hard === undefined) return undefined;
  return hard === 'unlimited' ? Infinity : Number(hard);
}

function remedyFor(found: {
  readonly tight: boolean;
  readonly fewFiles: boolean;
  readonly mayRaise: boolean;
}): string {
  const parts = [
    ...(found.tight ? [m.limitsRaise()] : []),
    ...(found.fewFiles ? [m.limitsRaiseFiles()] : []),
    ...(found.mayRaise ? [] : [m.limitsGoOn()]),
  ];
  return joinSentences(parts);
}
