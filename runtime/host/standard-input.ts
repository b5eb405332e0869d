import { readFileSync } from 'node:fs';

/** All of standard input, before it returns; what reads it leaves the descriptor as it is. */
export function readStandardInput(): string {
  return readFileSync(0, 'utf8');
}
