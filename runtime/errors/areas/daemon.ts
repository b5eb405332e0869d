import type { ErrorArea } from './area.ts';

/** Errors of berthd itself. */
export const daemonErrors = {
  DATA_ROOT_IN_USE: {
    http: 500,
    exit: 1,
    meaning: 'Another berthd that is running uses the same data root.',
  },
  PIDFILE_IN_USE: {
    http: 500,
    exit: 1,
    meaning: 'The file of "pidfile" names a process that is alive.',
  },
  DISK_UNWRITABLE: {
    http: 500,
    exit: 1,
    meaning: 'The disk is full, a quota is used up, or the file system is read-only.',
  },
  DAEMON_STOPPING: {
    http: 503,
    exit: 1,
    meaning: 'berthd is being stopped, and begins nothing any more.',
  },
  USERNS_REMAP_UNAVAILABLE: {
    http: 500,
    exit: 1,
    meaning: 'The host cannot give containers users of their own, as "userns-remap" asks for.',
  },
} as const satisfies ErrorArea;
