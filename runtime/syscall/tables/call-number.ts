import type { Architecture } from '../architecture.ts';
import { aarch64 } from '../tables/aarch64.ts';
import { x86_64 } from '../tables/x86_64.ts';

/** Call numbers by architecture and name. */
export const callNumbers: Readonly<Record<Architecture, Readonly<Record<string, number>>>> = {
  x86_64,
  aarch64,
};

/** The number of a system call. Throws a TypeError for one that the architecture does not have. */
export function callNumber(architecture: Architecture, name: string): number {
  const number = callNumbers[architecture][name];
  if (number === undefined) throw new TypeError(`${architecture} has no system call "${name}"`);
  return number;
}
