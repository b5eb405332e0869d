import type { DeviceRule } from '../../../runtime/spec/device.ts';
import type { Random } from '../launch/random.ts';
import type { DeviceRequest } from './ebpf-interpreter.ts';

const accesses = ['r', 'w', 'm', 'rw', 'rm', 'wm', 'rwm'] as const;

/** Numbers that meet often, and the ends of their ranges. */
const numbers = [0, 1, 3, 8, 10, 136, 200, 0xfff, 0xf_ffff] as const;

/** An ordered list of up to 20 rules. */
export function randomRules(random: Random): readonly DeviceRule[] {
  const number = (): number | undefined =>
    random.below(8) === 0 ? undefined : random.pick([-1, ...numbers]);
  return random.list(20, (): DeviceRule => {
    const [major, minor] = [number(), number()];
    return {
      allow: random.below(2) === 0,
      type: random.pick(['a', 'b', 'c', 'b', 'c'] as const),
      ...(major !== undefined && { major }),
      ...(minor !== undefined && { minor }),
      access: random.pick(accesses),
    };
  });
}

/** Every request about the numbers of `randomRules`, and about some that no rule names. */
export function allRequests(): readonly DeviceRequest[] {
  const some = [...numbers, 2, 77];
  return (['b', 'c'] as const).flatMap((type) =>
    some.flatMap((major) =>
      some.flatMap((minor) => ['', ...accesses].map((access) => ({ type, major, minor, access }))),
    ),
  );
}

/** The devices that every container may use, by their names in the kernel's devices.txt. */
function isAlwaysAllowed({ type, major, minor }: DeviceRequest, letter: string): boolean {
  if (letter === 'm') return true;
  if (type === 'b') return false;
  if (major === 1) return [3, 5, 7, 8, 9].includes(minor);
  if (major === 5) return minor === 0 || minor === 2;
  if (major === 10) return minor === 200;
  return major === 136;
}

/** Whether the rules allow a request, letter by letter, read from the last rule back to the first. */
export function isAllowed(rules: readonly DeviceRule[], request: DeviceRequest): boolean {
  const allOf = rules.findLast(
    ({ type, major = -1, minor = -1, access }) =>
      type === 'a' && major === -1 && minor === -1 && access === 'rwm',
  );
  return Array.from(request.access).every((letter) => {
    if (allOf?.allow !== true && isAlwaysAllowed(request, letter)) return true;
    const last = rules.findLast(
      ({ type, major = -1, minor = -1, access }) =>
        (type === 'a' || type === request.type) &&
        (major === -1 || major === request.major) &&
        (minor === -1 || minor === request.minor) &&
        access.includes(letter),
    );
    return last?.allow ?? false;
  });
}
