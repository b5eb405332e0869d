/** The folders on the way to a cgroup, the outermost first: `/mount/a`, `/mount/a/b`. */
export function foldersDownTo(mount: string, names: readonly string[]): readonly string[] {
  return names.map((_name, index) => [mount, ...names.slice(0, index + 1)].join('/'));
}
