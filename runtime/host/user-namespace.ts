import { readFileSync } from 'node:fs';

/** The map of the first user namespace: every id is itself (user_namespaces(7)). */
const whole = /^\s*0\s+0\s+4294967295\s*$/;

let known: boolean | undefined;

/**
 * Whether this process is in another user namespace than the first. Root has all capabilities there, and yet the kernel
 * keeps from it what is about the host: device nodes, trusted attributes, device rules, raising limits. One whose map is
 * that of the first cannot be told from it. It does not change while the process lives.
 */
export function inUserNamespace(): boolean {
  known ??= !whole.test(readFileSync('/proc/self/uid_map', 'utf8'));
  return known;
}
