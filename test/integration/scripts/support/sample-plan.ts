import type { Step } from '../../../../scripts/steps/index.ts';

/** Steps of the kinds that act on files alone, so that they run in a folder: new, changed and already as wanted. */
export const sampleSteps: readonly Step[] = [
  { kind: 'group', name: 'berth' },
  { kind: 'make-folder', path: '/etc/berth', mode: 0o755, removes: 'empty' },
  {
    kind: 'write-file',
    path: '/etc/berth/daemon.json',
    content: '{"group":"berth"}\n',
    mode: 0o644,
  },
  { kind: 'write-file', path: '/etc/sysctl.d/60-berth.conf', content: 'a = 1\n', mode: 0o644 },
  { kind: 'write-file', path: '/etc/existing.conf', content: 'after\n', mode: 0o644 },
  { kind: 'make-folder', path: '/var/lib/berth/images', mode: 0o700, removes: 'data' },
  { kind: 'make-folder', path: '/run/berth', mode: 0o755, removes: 'contents' },
];

/** Undoing as a failed run does it. */
export const undoAll = { data: 'purge', packages: 'remove', services: 'stop' } as const;
