import type { UsageSample } from '../../container/query/usage.ts';

/** What cgroup v1 counts of a folder itself; the kernel has most of it once more with those below it, as `total_...`. */
const v1Counts = [
  ...['cache', 'rss', 'rss_huge', 'mapped_file', 'dirty', 'writeback', 'pgpgin', 'pgpgout'],
  ...['pgfault', 'pgmajfault', 'inactive_anon', 'active_anon', 'inactive_file', 'active_file'],
  'unevictable',
];

const v1Names = [
  ...v1Counts,
  ...['hierarchical_memory_limit', 'hierarchical_memsw_limit'],
  ...v1Counts.map((name) => `total_${name}`),
];

const v2Names = [
  ...['anon', 'file', 'kernel_stack', 'slab', 'sock', 'shmem', 'file_mapped', 'file_dirty'],
  ...['file_writeback', 'anon_thp', 'inactive_anon', 'active_anon', 'inactive_file'],
  ...['active_file', 'unevictable', 'slab_reclaimable', 'slab_unreclaimable', 'pgfault'],
  ...['pgmajfault', 'workingset_refault', 'workingset_activate', 'workingset_nodereclaim'],
  ...['pgrefill', 'pgscan', 'pgsteal', 'pgactivate', 'pgdeactivate', 'pglazyfree'],
  ...['pglazyfreed', 'thp_fault_alloc', 'thp_collapse_alloc'],
];

/** Memory as Docker tells it: numbers that are 0 are left out, but for those of the kernel's own list. */
export function memoryStats(usage: UsageSample | undefined): Readonly<Record<string, unknown>> {
  if (usage === undefined) return {};
  const { version, counts, limitFailures, hostMemoryBytes } = usage;
  const { raw, usage: memory } = counts.memory;
  const names = version === 'v1' ? v1Names : v2Names;
  const stats = Object.fromEntries(names.map((name) => [name, Number(raw[name] ?? 0)]));
  const numbers = {
    usage: Number(memory.usage ?? 0),
    max_usage: version === 'v1' ? Number(memory.max ?? 0) : 0,
    failcnt: Number(limitFailures),
    // Without a limit it is all that the host has.
    limit: Math.min(Number(memory.limit), hostMemoryBytes),
  };
  const told = Object.entries(numbers).filter(([, value]) => value !== 0);
  return { ...Object.fromEntries(told), stats };
}
