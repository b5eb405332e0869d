/** `2048` is `2MB`: mem_fmt of https://github.com/torvalds/linux/blob/v6.18/mm/hugetlb_cgroup.c */
function sizeName(sizeKb: number): string {
  if (sizeKb >= 2 ** 20) return `${sizeKb / 2 ** 20}GB`;
  if (sizeKb >= 2 ** 10) return `${sizeKb / 2 ** 10}MB`;
  return `${sizeKb}KB`;
}

/**
 * Sizes of huge pages as control files of cgroups name them, the smallest first.
 *
 * @param folders the names in /sys/kernel/mm/hugepages, such as `hugepages-2048kB`
 *   (https://docs.kernel.org/admin-guide/mm/hugetlbpage.html).
 */
export function parseHugePageSizes(folders: readonly string[]): readonly string[] {
  return folders
    .flatMap((name) => /^hugepages-(\d+)kB$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
    .map(sizeName);
}
