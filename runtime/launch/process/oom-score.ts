import { numberedPath } from '../../syscall/decimal.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { writeHostProcFile } from '../namespaces/host-proc-file.ts';

/**
 * Sets `process.oomScoreAdj` of the container's first process, from outside: root of a new user namespace does not own
 * its own file, and may not lower the score (proc_pid_oom_score_adj(5)). The process waits for its cgroups meanwhile;
 * one that has failed already is not reaped yet, so that its file is still there.
 */
export function setOomScore(p: ProgramBuilder, child: Ref, score: number): void {
  writeHostProcFile(p, {
    label: `set process.oomScoreAdj to ${score}`,
    proc: '/proc',
    files: [numberedPath(p, { prefix: '', number: child, suffix: '/oom_score_adj' })],
    value: String(score),
  });
}
