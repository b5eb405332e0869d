import type { Seccomp, SeccompCondition, SeccompRule } from '../../spec/seccomp.ts';
import { callNumber } from './architectures.ts';
import type { CallInterface } from './architectures.ts';
import { multiplexedAs } from './multiplexed.ts';
import { letsRun, resultOf } from './results.ts';

/** One line of a decision: when all conditions hold, this result. */
export interface Case {
  readonly conditions: readonly SeccompCondition[];
  readonly result: number;
}

/** What becomes of one call: the first case that holds, or else `otherwise`. */
export interface Decision {
  readonly cases: readonly Case[];
  readonly otherwise: number;
}

/**
 * The conditions under which a rule applies: one list, all of which must hold. But two conditions on the same
 * argument make a list each, because runc has always read them so ("any of these values").
 */
function alternatives(rule: SeccompRule): readonly (readonly SeccompCondition[])[] {
  const indexes = new Set(rule.args.map(({ index }) => index));
  return indexes.size === rule.args.length ? [rule.args] : rule.args.map((arg) => [arg]);
}

/**
 * What a rule about `name` says about the call that 32-bit x86 may make instead. The real arguments are in memory,
 * out of a filter's sight: a rule that depends on them then holds for all calls if it forbids, for none if it allows.
 */
function multiplexedCase(name: string, rule: SeccompRule, result: number): NamedCase | undefined {
  const other = multiplexedAs(name);
  if (other === undefined || (rule.args.length > 0 && letsRun(result))) return undefined;
  return { name: other.name, conditions: [other.condition], result };
}

interface NamedCase extends Case {
  readonly name: string;
}

function namedCases(rule: SeccompRule, callInterface: CallInterface): readonly NamedCase[] {
  const result = resultOf(rule.action, rule.errnoRet);
  return rule.names.flatMap((name) => {
    const own = alternatives(rule).map((conditions) => ({ name, conditions, result }));
    const other =
      callInterface.name === 'SCMP_ARCH_X86' ? multiplexedCase(name, rule, result) : undefined;
    return other === undefined ? own : [...own, other];
  });
}

/** Cuts a list of cases at the first that always holds, and drops those at its end that change nothing. */
function decisionOf(cases: readonly Case[], defaultResult: number): Decision {
  const end = cases.findIndex(({ conditions }) => conditions.length === 0);
  const otherwise = cases[end]?.result ?? defaultResult;
  const conditional = end === -1 ? cases : cases.slice(0, end);
  const last = conditional.findLastIndex(({ result }) => result !== otherwise);
  return { cases: conditional.slice(0, last + 1), otherwise };
}

/**
 * What a profile says of each call of an interface, by the call's number: the first rule that names the call and whose
 * conditions hold. Names that the interface does not have are left out, as libseccomp does.
 */
export function decisionsFor(
  seccomp: Seccomp,
  callInterface: CallInterface,
): ReadonlyMap<number, Decision> {
  const byNumber = new Map<number, Case[]>();
  for (const { name, conditions, result } of seccomp.syscalls.flatMap((rule) =>
    namedCases(rule, callInterface),
  )) {
    const number = callNumber(callInterface, name);
    if (number === undefined) continue;
    const cases = byNumber.get(number) ?? [];
    cases.push({ conditions, result });
    byNumber.set(number, cases);
  }
  const defaultResult = resultOf(seccomp.defaultAction, seccomp.defaultErrnoRet);
  return new Map(
    [...byNumber].map(([number, cases]) => [number, decisionOf(cases, defaultResult)]),
  );
}
