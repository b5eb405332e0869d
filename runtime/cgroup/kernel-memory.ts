/** The first version that has no such limit. */
const removedIn = [5, 16] as const;

/**
 * Whether this kernel limits kernel memory by itself (memory.kmem.limit_in_bytes, cgroup v1). From Linux 5.16 on the
 * file refuses every limit, later it takes them and does nothing: what it says cannot be used to find out.
 * https://git.kernel.org/linus/58056f77502f and https://git.kernel.org/linus/4597648fddea
 *
 * @param release as /proc/sys/kernel/osrelease has it: `6.1.0-18-amd64`.
 */
export function limitsKernelMemory(release: string): boolean {
  const [major = 0, minor = 0] = release.split('.').map((part) => Number.parseInt(part, 10));
  return major < removedIn[0] || (major === removedIn[0] && minor < removedIn[1]);
}
