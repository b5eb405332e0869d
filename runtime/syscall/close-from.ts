import type { ProgramBuilder } from './program-builder.ts';

/** How far descriptors are closed one by one where the kernel cannot close a range: the usual limit of open files. */
const usualLimit = 4096;

/** Closes every descriptor from `first` on (close_range(2), Linux 5.9; before, one by one). */
export function closeFrom(p: ProgramBuilder, first: number): void {
  const [byHand, closed] = [p.label(), p.label()];
  p.call('close other descriptors', 'close_range', [first, 0xffffffff, 0], { onError: byHand });
  p.jump(closed);
  p.place(byHand);
  const fd = p.reserve(8);
  const again = p.label();
  p.set(fd, first);
  p.place(again);
  p.call('close a descriptor', 'close', [p.value(fd)], { onError: 'ignore' });
  p.set(fd, p.compute('add', p.value(fd), 1));
  p.jumpIf('lt', p.value(fd), usualLimit, again);
  p.place(closed);
}
