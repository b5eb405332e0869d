import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { MemoryWatch } from '../../../runtime/launch/monitor/memory-watch.ts';
import { PollSet } from '../../../runtime/launch/monitor/poll-set.ts';
import { AT_FDCWD, O_WRONLY } from '../../../runtime/syscall/constants/fs.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';
import { removeTree } from '../../support/remove-tree.ts';

test('of memory.events kills count, and no limit that was only met', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-memory-'));
  const launcher = await Launcher.start();
  onTestFinished(async () => {
    await launcher.stop();
    removeTree(folder);
  });
  const file = join(folder, 'memory.events');
  const events = (max: number, kills: number): string =>
    `low 0\nhigh 0\nmax ${max}\noom ${kills}\noom_kill ${kills}\noom_group_kill 0\n`;
  writeFileSync(file, events(0, 3));
  const p = new ProgramBuilder('watch memory');
  const watch = new MemoryWatch(p, new PollSet(p, 1), { oomCounter: { file, key: 'oom_kill' } });
  const out = p.call('open', 'openat', [AT_FDCWD, p.string(file), O_WRONLY, 0]);
  const states = [
    [0, 3],
    [7, 3],
    [8, 4],
    [9, 4],
    [9, 12],
  ] as const;
  const answer = p.reserve(8 * states.length);
  for (const [index, [max, kills]] of states.entries()) {
    const text = events(max, kills);
    p.call('write', 'pwrite64', [out, p.string(text), text.length, 0]);
    watch.look();
    p.set(answer.at(8 * index), watch.exhausted);
    p.set(watch.exhausted, 0);
  }
  p.reply(answer, 8 * states.length);
  const { data } = await launcher.run(p);
  expect(states.map((_, index) => Number(data.readBigInt64LE(8 * index)))).toEqual([0, 0, 1, 0, 1]);
});
