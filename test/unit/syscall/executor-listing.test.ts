import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOffset, loadAddress } from '../../../runtime/syscall/elf.ts';
import { assembleExecutor, executorElf } from '../../../runtime/syscall/executor/executor.ts';
import { removeTree } from '../../support/remove-tree.ts';

const disassemblers = {
  x86_64: ['objdump', '-m', 'i386:x86-64', '-M', 'intel'],
  aarch64: ['aarch64-linux-gnu-objdump', '-m', 'aarch64'],
} as const;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-listing-'));
});
afterAll(() => {
  removeTree(folder);
});

/** The instructions that objdump sees, in the form of our listing. */
function disassemble(architecture: keyof typeof disassemblers): readonly string[] {
  const file = join(folder, architecture);
  writeFileSync(file, executorElf(architecture));
  const [command, ...options] = disassemblers[architecture];
  const { stdout, status } = spawnSync(
    command,
    [
      '-D',
      '-b',
      'binary',
      ...options,
      `--adjust-vma=${loadAddress}`,
      `--start-address=${loadAddress + codeOffset}`,
      file,
    ],
    { encoding: 'utf8' },
  );
  expect(status).toBe(0);
  return stdout
    .split('\n')
    .map((line) => /^\s*[0-9a-f]+:\t[^\t]+\t(.*)$/.exec(line)?.[1])
    .filter((line) => line !== undefined)
    .map(normalise);
}

function normalise(line: string): string {
  return line
    .replace(/\s*(\/\/|#) .*$/, '')
    .replace(/\s*<[^>]*>/, '')
    .replace(/\b0x40([0-9a-f]{4})$/, '40$1')
    .replace(/\s+/g, ' ')
    .trim();
}

describe.each(['x86_64', 'aarch64'] as const)('executor for %s', (architecture) => {
  it('disassembles to what was meant', () => {
    const meant = assembleExecutor(architecture);
    meant.finish();
    expect(disassemble(architecture)).toEqual(meant.listing(loadAddress + codeOffset));
  });

  it('has less than 2 KB of text', () => {
    expect(assembleExecutor(architecture).size).toBeLessThan(2048);
  });
});
