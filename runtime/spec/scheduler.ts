import type { z } from 'zod';
import { integer, list, oneOf, record, uint64 } from './fields.ts';

/** The policies of sched(7). No kernel carries out ISO; its number is kept free. */
export const schedulerPolicies = [
  'SCHED_OTHER',
  'SCHED_FIFO',
  'SCHED_RR',
  'SCHED_BATCH',
  'SCHED_ISO',
  'SCHED_IDLE',
  'SCHED_DEADLINE',
] as const;

/** The flags of sched_setattr(2). */
export const schedulerFlags = [
  'SCHED_FLAG_RESET_ON_FORK',
  'SCHED_FLAG_RECLAIM',
  'SCHED_FLAG_DL_OVERRUN',
  'SCHED_FLAG_KEEP_POLICY',
  'SCHED_FLAG_KEEP_PARAMS',
  'SCHED_FLAG_UTIL_CLAMP_MIN',
  'SCHED_FLAG_UTIL_CLAMP_MAX',
] as const;

const schedulerShape = record({
  policy: oneOf(schedulerPolicies),
  /** Of OTHER and BATCH: -20 is the most favoured. */
  nice: integer(-20, 19).default(0),
  /** Of FIFO and RR: 99 is the most favoured. */
  priority: integer(0, 99).default(0),
  flags: list(oneOf(schedulerFlags)),
  /** Of DEADLINE, in nanoseconds, as the two that follow. */
  runtime: uint64.default(0n),
  deadline: uint64.default(0n),
  /** 0: the same as `deadline`. */
  period: uint64.default(0n),
});

/** Tells of a field that is wrong, and what was wanted instead. */
type Refuse = (field: keyof Scheduler, wanted: string) => void;

/** Fields that say something of another policy, which the kernel would ignore without a word. */
function refuseForeignFields(scheduler: Scheduler, refuse: Refuse): void {
  const { policy, nice, priority } = scheduler;
  if (nice !== 0 && policy !== 'SCHED_OTHER' && policy !== 'SCHED_BATCH') {
    refuse('nice', 'none with this policy: only SCHED_OTHER and SCHED_BATCH have one');
  }
  const realTime = policy === 'SCHED_FIFO' || policy === 'SCHED_RR';
  if (priority !== 0 && !realTime) {
    refuse('priority', 'none with this policy: only SCHED_FIFO and SCHED_RR have one');
  }
  if (priority === 0 && realTime) refuse('priority', 'a whole number from 1 to 99');
  for (const field of ['runtime', 'deadline', 'period'] as const) {
    if (scheduler[field] !== 0n && policy !== 'SCHED_DEADLINE') {
      refuse(field, 'none with this policy: only SCHED_DEADLINE has one');
    }
  }
}

/** sched(7), "SCHED_DEADLINE": runtime <= deadline <= period, each at least 1024 and below 2^63. */
function refuseImpossibleDeadline(scheduler: Scheduler, refuse: Refuse): void {
  const { policy, runtime, deadline, period } = scheduler;
  if (policy !== 'SCHED_DEADLINE') return;
  for (const field of ['runtime', 'deadline', 'period'] as const) {
    const value = scheduler[field];
    if (field === 'period' && value === 0n) continue;
    if (value < 1024n || value >= 1n << 63n) {
      refuse(field, 'nanoseconds from 1024 to 2^63-1');
      return;
    }
  }
  if (runtime > deadline) refuse('runtime', 'at most the deadline');
  if (period !== 0n && deadline > period) refuse('deadline', 'at most the period');
}

/** `process.scheduler`: https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config.md#linux-process */
export const schedulerSchema = schedulerShape.superRefine((scheduler, context) => {
  const refuse: Refuse = (field, message) => {
    context.addIssue({ code: 'custom', path: [field], message });
  };
  refuseForeignFields(scheduler, refuse);
  refuseImpossibleDeadline(scheduler, refuse);
});

/** How the container's program is scheduled. */
export type Scheduler = z.infer<typeof schedulerShape>;
