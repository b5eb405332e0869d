import { randomId } from '../../host/random-id.ts';
import type { Container } from '../lifecycle/container.ts';
import type { ExecSession } from '../ports.ts';
import type { ResolvedUser } from '../spec/resolve-user.ts';
import type { ExecConfig } from './exec-config.ts';

/** Where an exec is in its life. A start that fails ends it. */
export type ExecPhase = 'created' | 'starting' | 'running' | 'ended';

/** A command that a client wants executed in a running container: an exec instance. berthd alone knows of it. */
export class Exec {
  /** 64 hexadecimal digits, as Docker's. */
  readonly id = randomId();
  readonly container: Container;
  readonly config: ExecConfig;
  readonly detachKeys: Buffer;
  phase: ExecPhase = 'created';
  /** There once it has ended. */
  exitCode: number | undefined;
  /** Milliseconds since 1970; there once it has ended. */
  endedAt = 0;
  /** There once it runs. */
  session: ExecSession | undefined;
  /** Who it is to run as, as it was looked up at the creation. */
  user: { readonly found: Promise<ResolvedUser>; readonly at: number } | undefined;
  /** Resolves when it runs, or never will. */
  readonly started = Promise.withResolvers<undefined>();

  constructor(
    container: Container,
    { config, detachKeys }: { readonly config: ExecConfig; readonly detachKeys: Buffer },
  ) {
    this.container = container;
    this.config = config;
    this.detachKeys = detachKeys;
  }

  /** The program and its arguments, as events tell of them. */
  get command(): string {
    const [program = '', ...args] = this.config.Cmd ?? [];
    return `${program} ${args.join(' ')}`;
  }

  /** Takes note of the end. */
  end(exitCode: number, now: number): void {
    this.phase = 'ended';
    this.exitCode = exitCode;
    this.endedAt = now;
    this.started.resolve(undefined);
  }
}
