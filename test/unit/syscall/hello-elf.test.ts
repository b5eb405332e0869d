import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { helloElf } from '../../../runtime/syscall/hello-elf.ts';
import { architectures, emulators } from './run-executor.ts';
import { removeTree } from '../../support/remove-tree.ts';

it.each(architectures)(
  'the hello program for %s prints its text and exits with 0',
  (architecture) => {
    const folder = mkdtempSync(join(tmpdir(), 'berth-hello-'));
    try {
      const file = join(folder, 'hello');
      const text = 'Hello, wörld!\nA second line.\n';
      writeFileSync(file, helloElf(architecture, text), { mode: 0o755 });
      const [command = file, ...args] = emulators[architecture].concat(file);
      expect(spawnSync(command, args, { encoding: 'utf8' })).toMatchObject({
        status: 0,
        stdout: text,
      });
      expect(helloElf(architecture, text)).toEqual(helloElf(architecture, text));
    } finally {
      removeTree(folder);
    }
  },
);
