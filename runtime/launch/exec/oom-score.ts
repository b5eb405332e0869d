import { O_RDWR } from '../../syscall/constants/fs.ts';
import type { Address, Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { openHostProc, openProcFile } from '../host-proc-file.ts';

const maxLength = 16;

/**
 * Gives the process to be forked an OOM score (proc_pid_oom_score_adj(5)). In the container there is no procfs to be
 * trusted, so the one who forks has it for a moment, through a file that was opened on the host.
 */
export class OomScore {
  readonly #p: ProgramBuilder;
  readonly #score: number | undefined;
  readonly #fd: Ref;
  readonly #own: Address;
  readonly #length: Ref;

  constructor(p: ProgramBuilder, score: number | undefined) {
    this.#p = p;
    this.#score = score;
    this.#own = p.reserve(maxLength);
    [this.#fd, this.#length] = score === undefined ? [none(p), none(p)] : this.#open();
  }

  #open(): readonly [Ref, Ref] {
    const p = this.#p;
    const label = 'look at the OOM score';
    const proc = openHostProc(p, '/proc', label);
    const fd = openProcFile(p, proc, { label, files: ['self/oom_score_adj'], access: O_RDWR });
    p.call(label, 'close', [proc]);
    return [fd, p.call(label, 'read', [fd, this.#own, maxLength])];
  }

  /** Before the fork. */
  set(): void {
    if (this.#score === undefined) return;
    const text = String(this.#score);
    const args = [this.#fd, this.#p.string(text), text.length, 0];
    this.#p.call(`set process.oomScoreAdj to ${text}`, 'pwrite64', args);
  }

  /** In the one who has forked. */
  restore(): void {
    if (this.#score === undefined) return;
    const args = [this.#fd, this.#own, this.#length, 0];
    this.#p.call('restore the OOM score', 'pwrite64', args, { onError: 'ignore' });
    this.close();
  }

  /** In the one who was forked. */
  close(): void {
    if (this.#score !== undefined) this.#p.call('close the OOM score', 'close', [this.#fd]);
  }
}

function none(p: ProgramBuilder): Ref {
  return p.value(p.reserve(8));
}
