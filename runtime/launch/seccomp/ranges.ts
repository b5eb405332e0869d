import type { Seccomp } from '../../spec/seccomp.ts';
import type { CallInterface, FilterArchitecture } from './architectures.ts';
import { decisionsFor } from './decisions.ts';
import type { Decision } from './decisions.ts';
import { letsRun, notImplemented, resultOf, seccompResult } from './results.ts';

/** Numbers from `start` up to the next range have the same decision. */
export interface Range {
  readonly start: number;
  readonly decision: Decision;
}

const lastNumber = 0xffff_ffff;

function always(result: number): Decision {
  return { cases: [], otherwise: result };
}

/** A text that two decisions share exactly when they are the same. */
export function decisionKey(decision: Decision): string {
  if (decision.cases.length === 0) return String(decision.otherwise);
  return JSON.stringify(decision, (_key, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  );
}

/** Puts ranges together that follow each other and decide alike. */
function merged(ranges: readonly Range[]): readonly Range[] {
  return ranges.filter((range, index) => {
    const before = ranges[index - 1];
    return before === undefined || decisionKey(before.decision) !== decisionKey(range.decision);
  });
}

/**
 * The ranges of one interface. Between the calls that the profile names the default holds; behind the last of them
 * come the calls that are newer than the profile. Those answer ENOSYS unless the default lets calls run, so that
 * programs fall back to what they used before: runc does the same since 1.0.0-rc93.
 */
function rangesOfInterface(seccomp: Seccomp, callInterface: CallInterface): readonly Range[] {
  const defaultResult = resultOf(seccomp.defaultAction, seccomp.defaultErrnoRet);
  const newer = letsRun(defaultResult) ? defaultResult : notImplemented;
  const decisions = decisionsFor(seccomp, callInterface);
  const named = [...decisions.keys()].sort((a, b) => a - b);
  const newest = named.findLast((number) => number < callInterface.privateFrom);

  const ranges: Range[] = [];
  let next = callInterface.first;
  for (const number of named) {
    if (number > next) ranges.push({ start: next, decision: always(defaultResult) });
    ranges.push({ start: number, decision: decisions.get(number) ?? always(defaultResult) });
    next = number + 1;
    if (number === newest) {
      ranges.push({ start: next, decision: always(newer) });
      if (callInterface.privateFrom > lastNumber) return ranges;
      next = callInterface.privateFrom;
    }
  }
  ranges.push({ start: next, decision: always(defaultResult) });
  return ranges;
}

/** The ranges of an interface that the profile does not list: whoever uses it is killed. */
function forbidden(callInterface: CallInterface, defaultResult: number): readonly Range[] {
  return [
    { start: callInterface.first, decision: always(seccompResult.killProcess) },
    // -1 is no call: a tracer has written it over the number in order to skip a call (seccomp(2)).
    { start: lastNumber, decision: always(defaultResult) },
  ];
}

/**
 * Splits all 2^32 numbers of an architecture into ranges, in ascending order from 0.
 *
 * @param listed the interfaces that the filter covers, by the specification's names.
 */
export function rangesFor(
  seccomp: Seccomp,
  architecture: FilterArchitecture,
  listed: ReadonlySet<string>,
): readonly Range[] {
  const defaultResult = resultOf(seccomp.defaultAction, seccomp.defaultErrnoRet);
  return merged(
    architecture.interfaces.flatMap((callInterface) =>
      listed.has(callInterface.name)
        ? rangesOfInterface(seccomp, callInterface)
        : forbidden(callInterface, defaultResult),
    ),
  );
}
