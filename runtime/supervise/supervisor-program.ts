import { ProgramBuilder } from '../syscall/program-builder.ts';
import { setUp } from './set-up.ts';
import { startDaemon } from './run-daemon.ts';
import { watchDaemon, pause, end } from './watch-daemon.ts';
import type { Supervision } from './supervision.ts';

/**
 * The supervisor: a process of a few kilobytes that starts the daemon, starts it again with a growing pause when it
 * ends, forwards SIGHUP, and on SIGTERM or SIGINT stops it and ends. It replies once, when all is set up.
 */
export function supervisorProgram(supervision: Supervision): ProgramBuilder {
  const p = new ProgramBuilder('supervisor');
  const frame = setUp(p, supervision);
  const start = p.label();
  const ended = p.label();
  const stopIdle = p.label();

  p.place(start);
  startDaemon(frame);
  watchDaemon(frame, ended);

  p.place(ended);
  pause(frame, { start, stopIdle });

  p.place(stopIdle);
  end(frame);
  return p;
}
