import fc from 'fast-check';

/** Names and paths that have surprised somebody before; `/link-...` are links that the image has. */
export const oddPath: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    ...['/', '/.', '/..', '//', '/../../x', '/a/../../b', '/tmp', '/tmp/', '/etc/hosts', '/bin'],
    ...['/bin/sh/x', '/link-up', '/link-loop', '/link-proc/x', '/link-abs/x', '/dev', '/dev/null'],
    ...['/dev/pts', '/proc', '/proc/self', '/proc/self/fd/3', '/proc/self/cwd', '/proc/sys/kernel'],
    ...['/proc/1/root/tmp', '/sys', '/sys/fs/cgroup', '/run', '/a,b', '/a:b', '/a\\b', '/a b'],
    ...[
      '/a\nb',
      `/${'n'.repeat(255)}`,
      `/${'n'.repeat(256)}`,
      `/${'d/'.repeat(3000)}`,
      '/ü\u{1f40b}',
    ],
  ),
  fc.string({ maxLength: 12 }).map((name) => `/${name}`),
);
