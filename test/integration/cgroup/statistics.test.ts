import { closeSync, mkdirSync, openSync, readFileSync, rmdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseCgroupMounts } from '../../../runtime/cgroup/mounts.ts';
import { ControlFiles } from '../../../runtime/cgroup/statistics/control-files.ts';

test('a file of a cgroup that goes while it is read is empty', async () => {
  const [mount] = parseCgroupMounts(readFileSync('/proc/self/mountinfo', 'utf8'));
  const folder = `${mount?.folder ?? ''}/berth-statistics-${process.pid}`;
  mkdirSync(folder);
  const file = openSync(`${folder}/cgroup.procs`, 'r');
  rmdirSync(folder);
  // What is opened by /proc is the file of the cgroup that has gone: ENODEV.
  expect(() => readFileSync(`/proc/self/fd/${file}`)).toThrow('ENODEV');
  expect(await new ControlFiles('/proc/self/fd').text(String(file))).toBe('');
  closeSync(file);
});
