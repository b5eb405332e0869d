import { expect, test } from 'vitest';
import { daemonEnvironment } from '../../../../scripts/program/daemon-command.ts';

test('berthd is told of proxies and how memory is taken, and of nothing else that its caller has', () => {
  const environment = daemonEnvironment({
    HTTPS_PROXY: 'http://proxy:3128',
    no_proxy: '',
    HOME: '/root',
  });
  const names = environment.map((line) => line.split('=')[0]).toSorted();
  expect(names.filter((name) => name !== 'NODE_COMPILE_CACHE')).toEqual([
    ...['HTTPS_PROXY', 'MALLOC_ARENA_MAX', 'MALLOC_MMAP_THRESHOLD_', 'MALLOC_TRIM_THRESHOLD_'],
    'PATH',
  ]);
  expect(environment).toContain('MALLOC_ARENA_MAX=1');
});
