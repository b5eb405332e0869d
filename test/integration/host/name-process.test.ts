import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** Runs `nameProcess` in a mount namespace of its own, after a script, and prints what the script wants to see. */
function afterwards(before: string, look: string): string {
  const child = join(import.meta.dirname, 'name-process-child.ts');
  const script = `${before}; "$1" --import "$2" -e "${look}"`;
  return execFileSync('unshare', ['-m', 'sh', '-c', script, 'sh', process.execPath, child], {
    encoding: 'utf8',
  });
}

const read = "console.log(require('fs').readFileSync('/proc/self/comm', 'utf8').trim())";

it('names the process', () => {
  expect(afterwards('true', read)).toBe('berth-named\n');
});

it('writes nothing where /proc is no procfs', () => {
  const other = 'mount -t tmpfs none /proc; mkdir /proc/self; echo as it was > /proc/self/comm';
  expect(afterwards(other, read)).toBe('as it was\n');
});
