import type { IoPriority } from '../../spec/io-priority.ts';
import * as constants from '../../syscall/constants/scheduling.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';

const classes: Readonly<Record<IoPriority['class'], number>> = {
  IOPRIO_CLASS_RT: constants.IOPRIO_CLASS_RT,
  IOPRIO_CLASS_BE: constants.IOPRIO_CLASS_BE,
  IOPRIO_CLASS_IDLE: constants.IOPRIO_CLASS_IDLE,
};

/**
 * Sets how the process' reads and writes queue at the disk (ioprio_set(2)). It is alone in its process group, whose
 * later members are its children, and they take it over.
 */
export function setIoPriority(p: ProgramBuilder, ioPriority: IoPriority): void {
  const value = (classes[ioPriority.class] << constants.IOPRIO_CLASS_SHIFT) | ioPriority.priority;
  const label = `set process.ioPriority to ${ioPriority.class} ${ioPriority.priority}`;
  p.call(label, 'ioprio_set', [constants.IOPRIO_WHO_PROCESS, 0, value]);
}
