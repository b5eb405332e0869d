import { describe, expect, it } from 'vitest';
import { initImage } from '../../../runtime/launch/init/init-image.ts';
import { programIdOffset, watchOver } from '../../../runtime/launch/init/init-program.ts';
import {
  SIG_SETMASK,
  SIGCHLD,
  SIGKILL,
  SIGSET_SIZE,
  SIGTERM,
} from '../../../runtime/syscall/constants/process.ts';
import { Address } from '../../../runtime/syscall/program.ts';
import { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';
import { architectures, execute } from '../syscall/run-executor.ts';

/** A program that watches over its child as an init does. */
function watching({
  child,
  before,
}: {
  /** What the child does; it may end before or after its parent waits. */
  readonly child: (p: ProgramBuilder) => void;
  /** What the parent does before it watches. */
  readonly before?: (p: ProgramBuilder) => void;
}): ProgramBuilder {
  const p = new ProgramBuilder('watching');
  const setMask = (mask: Uint8Array): void => {
    p.call('set the mask', 'rt_sigprocmask', [SIG_SETMASK, p.bytes(mask), 0, SIGSET_SIZE]);
  };
  setMask(Buffer.alloc(SIGSET_SIZE, 0xff));
  const parent = p.label();
  const pid = p.call('fork', 'clone', [SIGCHLD, 0, 0, 0, 0]);
  p.jumpIf('ne', pid, 0, parent);
  setMask(Buffer.alloc(SIGSET_SIZE));
  child(p);
  p.place(parent);
  p.set(new Address('header', programIdOffset), pid);
  before?.(p);
  watchOver(p);
  return p;
}

/** Waits for ever. */
const pause = (p: ProgramBuilder): void => {
  p.call('pause', 'ppoll', [0, 0, 0, 0, 0], { onError: 'ignore' });
};

const signalSelf = (p: ProgramBuilder, signal: number): void => {
  p.call('signal', 'kill', [p.call('who am I', 'getpid', []), signal]);
};

describe.each(architectures)('an init on %s', (architecture) => {
  it.each([0, 3, 255])('ends with the exit status of its program: %d', (status) => {
    const program = watching({
      child: (p) => {
        p.exit(status);
      },
    });
    expect(execute(architecture, program)).toMatchObject({ status, signal: null });
  });

  it.each([SIGTERM, SIGKILL])(
    'ends with 128 and the signal that ended its program: %d',
    (signal) => {
      const program = watching({
        child: (p) => {
          signalSelf(p, signal);
        },
      });
      expect(execute(architecture, program)).toMatchObject({ status: 128 + signal, signal: null });
    },
  );

  it('passes on what came before it waited', () => {
    const program = watching({
      child: pause,
      before: (p) => {
        signalSelf(p, SIGTERM);
      },
    });
    expect(execute(architecture, program)).toMatchObject({ status: 128 + SIGTERM });
  });

  it('does not take the end of another child for that of its program', () => {
    const program = watching({
      child: (p) => {
        const nap = p.bytes(Buffer.from(BigUint64Array.of(0n, 50_000_000n).buffer));
        p.call('let the other one end first', 'nanosleep', [nap, 0]);
        p.exit(4);
      },
      before: (p) => {
        const parent = p.label();
        p.jumpIf('ne', p.call('fork another', 'clone', [SIGCHLD, 0, 0, 0, 0]), 0, parent);
        p.exit(9);
        p.place(parent);
      },
    });
    expect(execute(architecture, program)).toMatchObject({ status: 4 });
  });

  it('ends, and does not wait for ever, without a child', () => {
    const p = new ProgramBuilder('childless');
    watchOver(p);
    expect(execute(architecture, p)).toMatchObject({ status: 1 });
  });

  it('is a page of program and half a page of code', () => {
    const { executableSize, program } = initImage(architecture);
    expect(program.length).toBeLessThanOrEqual(4096);
    expect(executableSize).toBeLessThanOrEqual(2048);
  });
});
