import { BerthError } from '../../errors/berth-error.ts';
import type { Seccomp, SeccompCondition } from '../../spec/seccomp.ts';
import type { Architecture } from '../../syscall/architecture.ts';
import { callNumber, filterArchitectures, nativeInterface } from './architectures.ts';
import type { FilterArchitecture } from './architectures.ts';
import { BackwardAssembler, encodeInstructions, maxInstructions } from './bpf.ts';
import type { Branches, Place } from './bpf.ts';
import { compareArgument } from './conditions.ts';
import type { Decision } from './decisions.ts';
import { filterFlags } from './flags.ts';
import { notifies } from './notify.ts';
import { decisionKey, rangesFor } from './ranges.ts';
import type { Range } from './ranges.ts';
import { seccompResult } from './results.ts';

/** A filter, ready for seccomp(2) with SECCOMP_SET_MODE_FILTER. */
export interface CompiledFilter {
  /** struct sock_filter[]: `instructions` times 8 bytes. */
  readonly program: Uint8Array;
  /** For the `len` of struct sock_fprog. */
  readonly instructions: number;
  /** SECCOMP_FILTER_FLAG_* for seccomp(2). */
  readonly flags: number;
  /** Whether seccomp(2) gives a listener that has to go to an agent. */
  readonly notifies: boolean;
  /** Names that no covered architecture has; they had no effect. */
  readonly unknownCalls: readonly string[];
}

/** Offsets in struct seccomp_data: https://github.com/torvalds/linux/blob/v6.18/include/uapi/linux/seccomp.h */
const offset = { number: 0, architecture: 4 } as const;

class FilterCompiler {
  readonly #assembler = new BackwardAssembler();
  readonly #decisions = new Map<string, Place>();

  /** All that a filter does, beginning with the architecture: numbers mean nothing without it. */
  compile(seccomp: Seccomp, architecture: Architecture): BackwardAssembler {
    const assembler = this.#assembler;
    const listed = new Set<string>([nativeInterface[architecture], ...seccomp.architectures]);
    const entries = filterArchitectures[architecture]
      .filter(({ interfaces }) => interfaces.some(({ name }) => listed.has(name)))
      .map((candidate) => ({
        auditArch: candidate.auditArch,
        place: this.#architecture(seccomp, candidate, listed),
      }));
    // A call from an architecture that is not listed could mean anything.
    let place = assembler.return(seccompResult.killProcess);
    for (const entry of entries.toReversed()) {
      place = assembler.compare('jumpIfEqual', entry.auditArch, { yes: entry.place, no: place });
    }
    assembler.load(offset.architecture, place);
    return assembler;
  }

  #architecture(
    seccomp: Seccomp,
    architecture: FilterArchitecture,
    listed: ReadonlySet<string>,
  ): Place {
    const ranges = rangesFor(seccomp, architecture, listed);
    return this.#assembler.load(offset.number, this.#search(ranges));
  }

  /** A balanced binary search: about seven comparisons for a profile of 360 calls. */
  #search(ranges: readonly Range[]): Place {
    const half = Math.floor(ranges.length / 2);
    const middle = ranges[half];
    if (middle === undefined) return this.#assembler.return(seccompResult.killProcess);
    if (ranges.length === 1) return this.#decision(middle.decision);
    const yes = this.#search(ranges.slice(half));
    const no = this.#search(ranges.slice(0, half));
    return this.#assembler.compare('jumpIfGreaterOrEqual', middle.start, { yes, no });
  }

  /** Calls with the same decision share its code, whatever their architecture. */
  #decision(decision: Decision): Place {
    const key = decisionKey(decision);
    if (decision.cases.length === 0) return this.#assembler.return(decision.otherwise);
    const known = this.#decisions.get(key);
    if (known !== undefined) return known;
    let place = this.#assembler.return(decision.otherwise);
    for (const { conditions, result } of decision.cases.toReversed()) {
      place = this.#conditions(conditions, { yes: this.#assembler.return(result), no: place });
    }
    this.#decisions.set(key, place);
    return place;
  }

  /** `yes` when all conditions hold. */
  #conditions(conditions: readonly SeccompCondition[], branches: Branches): Place {
    return conditions.reduceRight<Place>(
      (yes, condition) => compareArgument(this.#assembler, condition, { yes, no: branches.no }),
      branches.yes,
    );
  }
}

function unknownCalls(seccomp: Seccomp, architecture: Architecture): readonly string[] {
  const interfaces = filterArchitectures[architecture].flatMap((candidate) => candidate.interfaces);
  const names = new Set(seccomp.syscalls.flatMap((rule) => rule.names));
  return [...names].filter((name) =>
    interfaces.every((callInterface) => callNumber(callInterface, name) === undefined),
  );
}

/**
 * Compiles an OCI seccomp profile into classic BPF for one machine and the 32-bit architectures that it lists. Where
 * several rules name a call, the first whose conditions hold decides.
 *
 * Architectures that this machine cannot run are passed over: no call can come from them.
 *
 * @throws SECCOMP_UNSUPPORTED an action or flag that needs a listener, and there is none.
 * @throws SECCOMP_TOO_LARGE more than 4096 instructions.
 */
export function compileSeccomp(seccomp: Seccomp, architecture: Architecture): CompiledFilter {
  const heard = notifies(seccomp);
  const assembler = new FilterCompiler().compile(seccomp, architecture);
  if (assembler.length > maxInstructions) {
    throw new BerthError('SECCOMP_TOO_LARGE', {
      message: `the seccomp profile compiles to ${assembler.length} instructions, wanted at most ${maxInstructions}`,
      remedy: 'Use fewer rules that depend on arguments.',
      details: { instructions: assembler.length, maxInstructions },
    });
  }
  const program = encodeInstructions(assembler.finish());
  return {
    program,
    instructions: assembler.length,
    flags: filterFlags(seccomp, heard ? 'listener' : 'none'),
    notifies: heard,
    unknownCalls: unknownCalls(seccomp, architecture),
  };
}
