import type { Scheduler } from '../../spec/scheduler.ts';
import * as constants from '../../syscall/constants/scheduling.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';

const policies: Readonly<Record<Scheduler['policy'], number>> = {
  SCHED_OTHER: constants.SCHED_OTHER,
  SCHED_FIFO: constants.SCHED_FIFO,
  SCHED_RR: constants.SCHED_RR,
  SCHED_BATCH: constants.SCHED_BATCH,
  SCHED_ISO: constants.SCHED_ISO,
  SCHED_IDLE: constants.SCHED_IDLE,
  SCHED_DEADLINE: constants.SCHED_DEADLINE,
};

const flagBits: Readonly<Record<Scheduler['flags'][number], number>> = {
  SCHED_FLAG_RESET_ON_FORK: constants.SCHED_FLAG_RESET_ON_FORK,
  SCHED_FLAG_RECLAIM: constants.SCHED_FLAG_RECLAIM,
  SCHED_FLAG_DL_OVERRUN: constants.SCHED_FLAG_DL_OVERRUN,
  SCHED_FLAG_KEEP_POLICY: constants.SCHED_FLAG_KEEP_POLICY,
  SCHED_FLAG_KEEP_PARAMS: constants.SCHED_FLAG_KEEP_PARAMS,
  SCHED_FLAG_UTIL_CLAMP_MIN: constants.SCHED_FLAG_UTIL_CLAMP_MIN,
  SCHED_FLAG_UTIL_CLAMP_MAX: constants.SCHED_FLAG_UTIL_CLAMP_MAX,
};

/**
 * Sets how the process and its children are scheduled (sched_setattr(2), Linux 3.14). It has to be in its cgroups: they
 * say whether there is real time to be had (cgroup v1's cpu.rt_runtime_us), and a move between them would check again.
 */
export function setScheduler(p: ProgramBuilder, scheduler: Scheduler): void {
  const attributes = p.bytes(schedulerAttributes(scheduler));
  p.call(`set process.scheduler to ${scheduler.policy}`, 'sched_setattr', [0, attributes, 0]);
}

/** A struct sched_attr: size, policy, flags, nice, priority, runtime, deadline, period, and no clamps. */
function schedulerAttributes(scheduler: Scheduler): Uint8Array {
  const { policy, nice, priority, flags, runtime, deadline, period } = scheduler;
  const attributes = Buffer.alloc(constants.SCHED_ATTR_SIZE);
  attributes.writeUInt32LE(constants.SCHED_ATTR_SIZE, 0);
  attributes.writeUInt32LE(policies[policy], 4);
  attributes.writeUInt32LE(
    flags.reduce((bits, flag) => bits | flagBits[flag], 0),
    8,
  );
  attributes.writeInt32LE(nice, 16);
  attributes.writeUInt32LE(priority, 20);
  attributes.writeBigUInt64LE(runtime, 24);
  attributes.writeBigUInt64LE(deadline, 32);
  attributes.writeBigUInt64LE(period, 40);
  return attributes;
}
