import type { SeccompCondition } from '../../spec/seccomp.ts';
import type { BackwardAssembler, Branches, Comparison, Place } from './bpf.ts';

/** struct seccomp_data.args: six of 64 bits; BPF loads 32 at a time, and both architectures are little-endian. */
const firstArgument = 16;
const argumentSize = 8;

interface Halves {
  readonly low: number;
  readonly high: number;
}

function halves(value: bigint): Halves {
  return { low: Number(value & 0xffff_ffffn), high: Number(value >> 32n) };
}

function swapped({ yes, no }: Branches): Branches {
  return { yes: no, no: yes };
}

/** Compares one argument of the call, as 64 bits without sign, and goes on at one of two places. */
export function compareArgument(
  assembler: BackwardAssembler,
  condition: SeccompCondition,
  branches: Branches,
): Place {
  const low = firstArgument + argumentSize * condition.index;
  const at: Halves = { low, high: low + 4 };
  const value = halves(condition.value);
  switch (condition.op) {
    case 'SCMP_CMP_EQ':
      return equal(assembler, { at, value, branches });
    case 'SCMP_CMP_NE':
      return equal(assembler, { at, value, branches: swapped(branches) });
    case 'SCMP_CMP_GT':
      return ordered(assembler, 'jumpIfGreater', { at, value, branches });
    case 'SCMP_CMP_LE':
      return ordered(assembler, 'jumpIfGreater', { at, value, branches: swapped(branches) });
    case 'SCMP_CMP_GE':
      return ordered(assembler, 'jumpIfGreaterOrEqual', { at, value, branches });
    case 'SCMP_CMP_LT':
      return ordered(assembler, 'jumpIfGreaterOrEqual', { at, value, branches: swapped(branches) });
    case 'SCMP_CMP_MASKED_EQ': {
      // libseccomp too drops the bits of the wanted value that the mask hides.
      const wanted = halves(condition.valueTwo & condition.value);
      return maskedEqual(assembler, { at, mask: value, value: wanted, branches });
    }
  }
}

interface Test {
  /** Offsets of the two halves. */
  readonly at: Halves;
  readonly value: Halves;
  readonly branches: Branches;
}

function equal(assembler: BackwardAssembler, { at, value, branches }: Test): Place {
  const low = assembler.load(at.low, assembler.compare('jumpIfEqual', value.low, branches));
  return assembler.load(
    at.high,
    assembler.compare('jumpIfEqual', value.high, { yes: low, no: branches.no }),
  );
}

/** The high half decides, unless it is the same: then the low one. */
function ordered(
  assembler: BackwardAssembler,
  comparison: Exclude<Comparison, 'jumpIfEqual'>,
  { at, value, branches }: Test,
): Place {
  const low = assembler.load(at.low, assembler.compare(comparison, value.low, branches));
  const same = assembler.compare('jumpIfEqual', value.high, { yes: low, no: branches.no });
  return assembler.load(
    at.high,
    assembler.compare('jumpIfGreater', value.high, { yes: branches.yes, no: same }),
  );
}

interface MaskedTest extends Test {
  readonly mask: Halves;
}

/** A half of which the mask shows nothing needs no look. */
function maskedEqual(
  assembler: BackwardAssembler,
  { at, mask, value, branches }: MaskedTest,
): Place {
  const half = (which: keyof Halves, yes: Place): Place => {
    if (mask[which] === 0) return yes;
    const compared = assembler.compare('jumpIfEqual', value[which], { yes, no: branches.no });
    return assembler.load(at[which], assembler.and(mask[which], compared));
  };
  return half('high', half('low', branches.yes));
}
