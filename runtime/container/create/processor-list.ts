/** More than any kernel has processors or memory nodes. */
const highest = 8192;

/** Whether a text is a list as cpuset(7) has it ("List format"), such as `0-2,5`. */
export function isProcessorList(text: string): boolean {
  return text.split(',').every((part) => {
    const [, first, last = first] = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(part) ?? [];
    return first !== undefined && Number(first) <= Number(last) && Number(last) <= highest;
  });
}

/** Whether all of a list is in another, such as `0-3`: those that the host has. Both are as `isProcessorList` wants them. */
export function isWithin(list: string, available: string): boolean {
  const there = rangesOf(available);
  return rangesOf(list).every(([first, last]) => {
    let next = first;
    for (const [from, to] of there) if (from <= next && next <= to) next = to + 1;
    return next > last;
  });
}

function rangesOf(list: string): readonly (readonly [number, number])[] {
  const ranges = list.split(',').map((part): readonly [number, number] => {
    const [first = '', last = first] = part.split('-');
    return [Number(first), Number(last)];
  });
  return ranges.toSorted(([a], [b]) => a - b);
}
