import { Argument, Option, type Command } from 'commander';
import { mirrorMessages as m } from '../../messages/areas/mirrors.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import type { MirrorKind } from './candidate.ts';
import { defaultDeadlineMs } from './race.ts';
import { defaultImage, parseTestImage, type TestImage } from './registry/image-name.ts';

/** What `berth mirrors` can be asked to do. */
export const actions = ['status', 'list', 'test', 'rank', 'use', 'reset'] as const;

/** What `berth mirrors` is asked to do. */
export type MirrorAction = (typeof actions)[number];

/** What `berth mirrors` was asked for, as its options are. */
export interface MirrorsOptions {
  readonly kinds: readonly MirrorKind[];
  readonly catalogue: string | undefined;
  readonly results: 'kept' | 'fresh';
  readonly which: 'askable' | 'all';
  readonly deadlineMs: number;
  readonly image: TestImage;
  readonly imageText: string;
  readonly keys: readonly string[] | undefined;
  readonly format: 'text' | 'json';
  readonly yes: true | undefined;
  readonly plan: 'apply' | 'show';
  readonly failing: 'refuse' | 'take';
  /** Address of the engine's socket; the usual one when absent. */
  readonly socket: string | undefined;
}

interface Flags {
  readonly registry?: true;
  readonly packages?: true;
  readonly catalogue?: string;
  readonly fresh?: true;
  readonly all?: true;
  readonly timeout: number;
  readonly image: string;
  readonly key?: readonly string[];
  readonly json?: true;
  readonly yes?: true;
  readonly dryRun?: true;
  readonly force?: true;
  readonly host?: string;
}

/** Declares arguments and options. */
export function defineMirrors(command: Command): void {
  command
    .addArgument(new Argument('[action]', m.actionHelp()).choices(actions).default('status'))
    .argument('[mirrors...]', m.namesHelp())
    .option('--registry', m.registryHelp())
    .option('--packages', m.packagesHelp())
    .option('--catalogue <file>', m.catalogueHelp())
    .option('--fresh', m.freshHelp())
    .option('--all', m.allHelp())
    .option('--timeout <seconds>', m.timeoutHelp(), seconds, defaultDeadlineMs / 1000)
    .option('--image <name>', m.imageHelp(), defaultImage)
    .addOption(
      new Option('--key <fingerprint>', m.keyHelp()).argParser<readonly string[] | undefined>(
        (text, before) => [...(before ?? []), text],
      ),
    )
    .option('--json', m.jsonHelp())
    .option('-y, --yes', m.yesHelp())
    .option('--dry-run', m.dryRunHelp())
    .option('--force', m.forceHelp())
    .option('-H, --host <address>', m.hostHelp());
}

/** Reads what commander has parsed. Throws USAGE for what contradicts itself. */
export function optionsOf(command: Command): MirrorsOptions {
  const flags = command.opts<Flags>();
  const { registry, packages, catalogue, image, host, yes, key } = flags;
  if (registry === true && packages === true) {
    throw new BerthError('USAGE', { message: m.kindsContradict(), remedy: m.usageRemedy() });
  }
  return {
    kinds:
      registry === true
        ? ['registry']
        : packages === true
          ? ['packages']
          : ['registry', 'packages'],
    catalogue,
    results: flags.fresh === true ? 'fresh' : 'kept',
    which: flags.all === true ? 'all' : 'askable',
    deadlineMs: flags.timeout * 1000,
    image: parseTestImage(image),
    imageText: image,
    keys: key,
    format: flags.json === true ? 'json' : 'text',
    yes,
    plan: flags.dryRun === true ? 'show' : 'apply',
    failing: flags.force === true ? 'take' : 'refuse',
    socket: host,
  };
}

const mostSeconds = 600;

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 1 && value <= mostSeconds) return value;
  throw new BerthError('USAGE', {
    message: m.timeoutInvalid({ value: text }),
    remedy: m.timeoutInvalidRemedy(),
    details: { timeout: text },
  });
}

/** The mirrors that an action names, which wants at least `least` and at most `most` of them. Throws USAGE. */
export function requireNames(
  action: MirrorAction,
  names: readonly string[],
  { least, most }: { readonly least: number; readonly most: number },
): readonly string[] {
  if (names.length >= least && names.length <= most) return names;
  throw new BerthError('USAGE', {
    message:
      names.length < least
        ? m.namesMissing({ action })
        : m.namesTooMany({ action, count: names.length }),
    remedy: m.usageRemedy(),
  });
}
