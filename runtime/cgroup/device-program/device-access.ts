import { isEvery } from '../device-rules.ts';
import type { DeviceAllowList, TypedDeviceRule } from '../device-rules.ts';

/** Bits of access as eBPF has them: BPF_DEVCG_ACC_* of include/uapi/linux/bpf.h, Linux 6.18. */
const accessBits: Readonly<Record<string, number>> = { m: 1, r: 2, w: 4 };

/** All of them. */
export const allAccess = 7;

/** A character or block device; `undefined` is a number that no rule names. */
interface DeviceQuery {
  readonly type: TypedDeviceRule['type'];
  readonly major: number | undefined;
  readonly minor: number | undefined;
}

function bitsOf(access: string): number {
  return Object.entries(accessBits)
    .filter(([letter]) => access.includes(letter))
    .reduce((bits, [, bit]) => bits | bit, 0);
}

function fits(wanted: number | undefined, number: number | undefined): boolean {
  return isEvery(wanted) || wanted === number;
}

/** What an allow list says of single devices, and which numbers it makes a difference for. */
export class DeviceAccess {
  readonly #list: DeviceAllowList;

  constructor(list: DeviceAllowList) {
    this.#list = list;
  }

  /** Major numbers that rules about this type name. */
  majors(type: DeviceQuery['type']): readonly number[] {
    return named(this.#rules(type).map(({ major }) => major));
  }

  /** Minor numbers that rules about this type and major number name. */
  minors(type: DeviceQuery['type'], major: number | undefined): readonly number[] {
    const rules = this.#rules(type).filter((rule) => fits(rule.major, major));
    return named(rules.map(({ minor }) => minor));
  }

  /**
   * Bits of access that are allowed. Each bit follows the last rule that speaks of it. (Others look for a rule that has
   * all bits of a request at once: then "deny w" does not stop one who opens for reading and writing.)
   */
  allowed({ type, major, minor }: DeviceQuery): number {
    return this.#rules(type)
      .filter((rule) => fits(rule.major, major) && fits(rule.minor, minor))
      .reduce(
        (bits, { allow, access }) => (allow ? bits | bitsOf(access) : bits & ~bitsOf(access)),
        this.#list.base === 'allow' ? allAccess : 0,
      );
  }

  #rules(type: DeviceQuery['type']): readonly TypedDeviceRule[] {
    return this.#list.rules.filter((rule) => rule.type === type);
  }
}

function named(numbers: readonly (number | undefined)[]): readonly number[] {
  return [...new Set(numbers.flatMap((number) => (isEvery(number) ? [] : [number])))];
}
