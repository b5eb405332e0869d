import { BerthError } from '../errors/berth-error.ts';

/** @throws PROGRAM_INVALID for a string with a NUL in it, which the kernel would cut short. */
export function refuseNul(program: string, text: string): void {
  if (!text.includes('\0')) return;
  throw new BerthError('PROGRAM_INVALID', {
    message: `${program}: the string ${JSON.stringify(text)} has a NUL in it; wanted one without.`,
    details: { problem: 'nul', program, text: JSON.stringify(text) },
  });
}
