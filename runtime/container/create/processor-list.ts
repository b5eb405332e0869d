/** More than any kernel has processors or memory nodes. */
const highest = 8192;

/** Whether a text is a list as cpuset(7) has it ("List format"), such as `0-2,5`. */
export function isProcessorList(text: string): boolean {
  return text.split(',').every((part) => {
    const [, first, last = first] = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(part) ?? [];
    return first !== undefined && Number(first) <= Number(last) && Number(last) <= highest;
  });
}
