import { BerthError } from '../errors/berth-error.ts';

/** A processor that berth has an executor for, named as uname(2) names it. */
export type Architecture = 'x86_64' | 'aarch64';

/**
 * The architecture of this process.
 * @throws BerthError ARCH_UNSUPPORTED on any other processor.
 */
export function currentArchitecture(): Architecture {
  // By its global: an import of `node:process` opens the standard streams, which makes them non-blocking for everybody.
  const { arch } = process;
  switch (arch) {
    case 'x64':
      return 'x86_64';
    case 'arm64':
      return 'aarch64';
    default:
      throw new BerthError('ARCH_UNSUPPORTED', {
        message: `The processor is "${arch}"; wanted x86-64 or AArch64.`,
        remedy: 'Use a 64-bit x86 or ARM host.',
        details: { processor: arch },
      });
  }
}
