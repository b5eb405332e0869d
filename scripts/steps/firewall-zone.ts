import { basename } from 'node:path';
import { z } from 'zod';
import { firewallTimeoutMs, type FirewallState } from '../../checks/probes/firewall-state.ts';
import { askFirewalld } from '../../checks/probes/firewalld.ts';
import { askUfw, ufwStatus, type UfwHost } from '../../checks/probes/ufw.ts';
import { fixStepMessages as m } from '../../messages/areas/fix-steps.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { readTextIfExists } from '../../runtime/host/files.ts';
import { runChecked } from '../host/commands.ts';
import {
  fileState,
  readFileState,
  restoreFileState,
  textOf,
  type FileState,
} from '../host/file-state.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import type { StepKind, UndoContext, UndoOutcome } from './step-kind.ts';

/**
 * Lets an interface's packets through a firewall of the host, now and after its next start. The firewall stays on, and
 * nothing else in it changes.
 */
export const firewallZoneStep = z.strictObject({
  kind: z.literal('firewall-zone'),
  firewall: z.enum(['firewalld', 'ufw']),
  interface: z.string().regex(/^[a-zA-Z0-9_.-]{1,15}$/),
});

type FirewallZoneStep = z.infer<typeof firewallZoneStep>;

const priorSchema = z.strictObject({
  /** ufw: the rules of its own that the interface had already. */
  rules: z.array(z.enum(['in', 'out'])).optional(),
  /** firewalld: the zones that the interface had been put into. */
  zones: z
    .strictObject({ running: z.string().optional(), permanent: z.string().optional() })
    .optional(),
});
/** What a firewall said about the very interface before. */
type Prior = z.infer<typeof priorSchema>;

const captured = z.strictObject({
  open: z.boolean(),
  ...priorSchema.shape,
  /** The firewall's own files, which its commands rewrite. */
  files: z.record(z.string(), fileState),
});
type Captured = z.infer<typeof captured>;

/** The zone of firewalld that accepts all, which its packages bring. */
const zone = 'trusted';
const directions = ['in', 'out'] as const;
type Argv = readonly [string, ...string[]];

interface Firewall {
  readonly files: (prior: Prior) => readonly string[];
  /** Where its packages keep what such a file says before anybody has changed it. */
  readonly packagedFolder?: string;
  readonly prior: (host: ProvisionHost, name: string) => Promise<Prior>;
  readonly state: (host: ProvisionHost, name: string) => Promise<FirewallState>;
  /** Each of them works when it has been done already. */
  readonly open: (name: string) => readonly Argv[];
  /** Takes back what `open` has added to what was there. */
  readonly close: (name: string, prior: Prior) => readonly Argv[];
}

const firewalls: Readonly<Record<FirewallZoneStep['firewall'], Firewall>> = {
  firewalld: {
    files: ({ zones }) =>
      [...new Set([zone, zones?.permanent ?? zone])].flatMap((name) => [
        `/etc/firewalld/zones/${name}.xml`,
        `/etc/firewalld/zones/${name}.xml.old`,
      ]),
    packagedFolder: '/usr/lib/firewalld/zones',
    prior: priorZones,
    state: askFirewalld,
    // `change` takes it out of another zone, which `add` refuses. The running rules last: they are what isDone sees.
    open: (name) => [
      ['firewall-cmd', '--permanent', `--zone=${zone}`, `--change-interface=${name}`],
      ['firewall-cmd', `--zone=${zone}`, `--change-interface=${name}`],
    ],
    close: (name, { zones = {} }) => [
      ['firewall-cmd', ...zoneAgain(name, zones.running)],
      ['firewall-cmd', '--permanent', ...zoneAgain(name, zones.permanent)],
    ],
  },
  ufw: {
    files: () => ['/etc/ufw/user.rules', '/etc/ufw/user6.rules'],
    prior: priorRules,
    state: (host, name) => askUfw(ufwOf(host), name),
    // Out of containers, and into those whose ports are published: ufw cannot tell the latter from other packets.
    open: (name) => directions.map((way) => ['ufw', 'route', 'allow', way, 'on', name]),
    close: (name, { rules = [] }) =>
      directions
        .filter((way) => !rules.includes(way))
        .map((way) => ['ufw', 'route', 'delete', 'allow', way, 'on', name]),
  },
};

const ufwOf = (host: ProvisionHost): UfwHost => ({
  run: host.run,
  files: { readText: (path) => readTextIfExists(host.path(path)) },
});

/** The rules that `open` would add and that are there: those of all addresses, ports and protocols. */
async function priorRules(host: ProvisionHost, name: string): Promise<Prior> {
  const status = await ufwStatus(ufwOf(host));
  const escaped = name.replaceAll('.', String.raw`\.`);
  const rows = {
    in: `Anywhere\\s+ALLOW FWD(?: \\(log[^)]*\\))?\\s+Anywhere on ${escaped}`,
    out: `Anywhere on ${escaped}\\s+ALLOW FWD(?: \\(log[^)]*\\))?\\s+Anywhere`,
  };
  const has = (way: (typeof directions)[number]): boolean =>
    new RegExp(`^${rows[way]}\\s*(?:#.*)?$`, 'm').test(status.stdout);
  return { rules: directions.filter(has) };
}

async function priorZones(host: ProvisionHost, name: string): Promise<Prior> {
  const ask = async (...more: readonly string[]): Promise<string | undefined> => {
    const args = [...more, `--get-zone-of-interface=${name}`];
    const { exitCode, stdout } = await host.run('firewall-cmd', args, {
      timeoutMs: firewallTimeoutMs,
    });
    const answer = stdout.trim();
    return exitCode === 0 && /^[\w-]+$/.test(answer) ? answer : undefined;
  };
  const running = await ask();
  const permanent = await ask('--permanent');
  return {
    zones: {
      ...(running === undefined ? {} : { running }),
      ...(permanent === undefined ? {} : { permanent }),
    },
  };
}

/** The interface back into the zone it had, or into none. */
const zoneAgain = (name: string, earlier: string | undefined): readonly string[] =>
  earlier === undefined
    ? [`--zone=${zone}`, `--remove-interface=${name}`]
    : [`--zone=${earlier}`, `--change-interface=${name}`];

const stateOf = async (step: FirewallZoneStep, host: ProvisionHost): Promise<string> =>
  (await firewalls[step.firewall].state(host, step.interface)).kind;

async function capture(step: FirewallZoneStep, host: ProvisionHost): Promise<Captured> {
  const firewall = firewalls[step.firewall];
  const state = await stateOf(step, host);
  const prior = state === 'absent' ? {} : await firewall.prior(host, step.interface);
  const files: Record<string, FileState> = {};
  for (const path of firewall.files(prior)) files[path] = await readFileState(host.path(path));
  return { open: state === 'open', ...prior, files };
}

async function apply(step: FirewallZoneStep, host: ProvisionHost): Promise<void> {
  const { firewall } = step;
  if ((await stateOf(step, host)) === 'absent') {
    throw new BerthError('STEP_FAILED', {
      message: m.firewallOff({ firewall }),
      remedy: m.firewallOffRemedy({ firewall }),
      details: { firewall },
    });
  }
  for (const argv of firewalls[firewall].open(step.interface)) await runChecked(host.run, argv);
}

async function undo(
  step: FirewallZoneStep,
  { captured: before, host }: UndoContext<Captured>,
): Promise<UndoOutcome> {
  if (before.open) return { kind: 'undone' };
  const { close, state } = firewalls[step.firewall];
  // A rule that is not there, or a firewall that is off by now, is as wanted: what counts is how it is in the end.
  for (const [command, ...args] of close(step.interface, before)) await host.run(command, args);
  if ((await state(host, step.interface)).kind === 'open') {
    // Someone else has let it through besides: that is theirs.
    return { kind: 'undone' };
  }
  for (const [path, was] of Object.entries(before.files)) {
    await restoreUnlessChanged(step, { host, path, was });
  }
  return { kind: 'undone' };
}

/**
 * The commands leave backups behind, and a copy of the packaged file where there was none; rules that others have added
 * since stay.
 */
async function restoreUnlessChanged(
  step: FirewallZoneStep,
  {
    host,
    path,
    was,
  }: { readonly host: ProvisionHost; readonly path: string; readonly was: FileState },
): Promise<void> {
  const { packagedFolder } = firewalls[step.firewall];
  const now = await readFileState(host.path(path));
  const before =
    was.type === 'absent' && packagedFolder !== undefined
      ? await readFileState(host.path(`${packagedFolder}/${basename(path)}`))
      : was;
  const isBackup = path.endsWith('.old');
  if (isBackup || rulesOf(now) === rulesOf(before)) await restoreFileState(host.path(path), was);
}

/** What a file of rules says, without blanks, comments and the words that only describe. */
function rulesOf(state: FileState): string {
  const rules = textOf(state).split('\n');
  return rules
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(?:<\?xml|<short|<description|###)/.test(line))
    .join('\n');
}

/** Step kind `firewall-zone`. */
export const firewallZoneKind: StepKind<FirewallZoneStep, Captured> = {
  kind: 'firewall-zone',
  schema: firewallZoneStep,
  undoSchema: captured,
  describe: (step) => m.firewall(step),
  isDone: async (step, host) => (await stateOf(step, host)) === 'open',
  observe: stateOf,
  diff: (step) => Promise.resolve(m.firewallDiff(step)),
  capture,
  apply,
  undo,
};
