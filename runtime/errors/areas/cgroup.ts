import type { ErrorArea } from './area.ts';

/** Errors of `runtime/cgroup`. */
export const cgroupErrors = {
  CGROUP_UNAVAILABLE: {
    http: 500,
    exit: 125,
    meaning: 'No cgroup file system is mounted, so containers cannot be counted or limited.',
  },
  CGROUP_PATH_INVALID: {
    http: 400,
    exit: 125,
    meaning: 'A cgroup path is not one below the mount of the cgroup file system.',
  },
  CGROUP_FREEZE_TIMEOUT: {
    http: 500,
    exit: 1,
    meaning: 'Processes of a container do not stand still, since they hang; they go on.',
  },
  CGROUP_UPDATE_REFUSED: {
    http: 500,
    exit: 1,
    meaning:
      'A new limit was refused, by the kernel or since more is in use; all are as they were.',
  },
  CGROUP_LIMIT_INVALID: {
    http: 400,
    exit: 125,
    meaning: 'Limits of a container contradict each other, such as memory+swap below memory.',
  },
} as const satisfies ErrorArea;
