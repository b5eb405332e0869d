import { posix } from 'node:path';
import type { BerthError } from '../../errors/berth-error.ts';
import type { OciCall } from '../command.ts';
import { pathOption } from '../create-options.ts';
import { type GivenOptions, type OptionDeclaration, usage } from '../options.ts';

/** Options of `checkpoint` and `restore` that runc has for both. */
export const criuOptions: readonly OptionDeclaration[] = [
  { name: 'image-path', takes: 'text', help: 'folder of the images (default ./checkpoint)' },
  { name: 'work-path', takes: 'text', help: "folder of CRIU's logs (default: that of the images)" },
  { name: 'tcp-established', takes: 'flag', help: 'with TCP connections that are open' },
  { name: 'ext-unix-sk', takes: 'flag', help: 'with Unix sockets to the outside' },
  { name: 'shell-job', takes: 'flag', help: 'with a terminal of the caller' },
  { name: 'lazy-pages', takes: 'flag', help: 'memory later, when it is used (not supported)' },
  { name: 'file-locks', takes: 'flag', help: 'with file locks' },
  {
    name: 'manage-cgroups-mode',
    takes: 'text',
    help: '"soft" (default), "full", "strict" or "ignore"',
  },
  { name: 'empty-ns', takes: 'texts', help: '"network": the namespace without what is in it' },
  { name: 'auto-dedup', takes: 'flag', help: 'memory only once' },
];

/** What both commands are told. */
export interface CriuRequest {
  /** Absolute. */
  readonly images: string;
  /** Absolute. */
  readonly work: string;
  /** Arguments that say the same to CRIU. */
  readonly shared: readonly string[];
}

/** Flags that CRIU has as well, by the names that it has for them. */
const sameFlags: readonly (readonly [option: string, argument: string])[] = [
  ['tcp-established', '--tcp-established'],
  ['ext-unix-sk', '--ext-unix-sk'],
  ['shell-job', '--shell-job'],
  ['file-locks', '--file-locks'],
  ['auto-dedup', '--auto-dedup'],
  // Of one of both commands alone.
  ['tcp-skip-in-flight', '--skip-in-flight'],
  ['link-remap', '--link-remap'],
];

const sameTexts: readonly (readonly [option: string, argument: string])[] = [
  ['lsm-profile', '--lsm-profile'],
  ['lsm-mount-context', '--lsm-mount-context'],
];

const cgroupModes = ['soft', 'full', 'strict', 'ignore'];

/** Reads the options of both commands. Throws USAGE naming what cannot be done. */
export function criuRequest(call: OciCall): CriuRequest {
  const { options, context } = call;
  if (options.flag('lazy-pages')) throw notSupported('lazy-pages', 'all memory is in the images');
  const images =
    pathOption(call, 'image-path') ?? posix.join(context.workingDirectory, 'checkpoint');
  return {
    images,
    work: pathOption(call, 'work-path') ?? images,
    shared: [
      ...sameFlags.filter(([option]) => options.flag(option)).map(([, argument]) => argument),
      ...sameTexts.flatMap(([option, argument]) => {
        const text = options.text(option) ?? '';
        return text === '' ? [] : [argument, text];
      }),
      `--manage-cgroups=${cgroupMode(options)}`,
      ...options.texts('empty-ns').flatMap((type) => {
        if (type === 'network') return ['--empty-ns', 'net'];
        throw usage(`namespace ${type} is not supported: --empty-ns, wanted "network"`);
      }),
    ],
  };
}

/** A USAGE error: an option of runc's that is not carried out. */
export function notSupported(option: string, instead: string): BerthError {
  return usage(`--${option} is not supported: ${instead}`);
}

function cgroupMode(options: GivenOptions): string {
  const text = options.text('manage-cgroups-mode') ?? '';
  const mode = text === '' ? 'soft' : text;
  if (cgroupModes.includes(mode)) return mode;
  throw usage(`Invalid manage cgroups mode "${mode}", wanted "${cgroupModes.join('", "')}"`);
}
