import type { Clock } from '../host/clock.ts';
import type { OciLog } from './log.ts';
import type { GivenOptions, OptionDeclaration } from './options.ts';

/** What holds for every command. */
export interface OciContext {
  /** Of berth. */
  readonly version: string;
  /** Folder of all containers' states. Absolute. */
  readonly root: string;
  readonly log: OciLog;
  /** `none`: containers are made without. */
  readonly cgroups: 'files' | 'systemd' | 'none';
  /** The program for `checkpoint` and `restore`. */
  readonly criu: string;
  /** Absolute; relative paths are from here. */
  readonly workingDirectory: string;
  readonly clock: Clock;
  /** Writes to standard output, at once. */
  readonly print: (text: string) => void;
}

/** One call of a command. */
export interface OciCall {
  readonly context: OciContext;
  readonly options: GivenOptions;
  readonly operands: readonly string[];
}

/** A command of `berth oci`. */
export interface OciCommand {
  readonly options: readonly OptionDeclaration[];
  readonly operands: {
    /** For the help, such as `<container-id>`. */
    readonly usage: string;
    readonly minimum: number;
    readonly maximum: number;
    /** `first`: what follows the first operand is not for berth. */
    readonly from: 'first' | 'anywhere';
  };
  /** The exit status when it throws. */
  readonly failureStatus: number;
  /** Does it. Resolves with the exit status. */
  run(call: OciCall): Promise<number>;
}

/** The most that most commands take: one container. */
export const oneContainer = {
  usage: '<container-id>',
  minimum: 1,
  maximum: 1,
  from: 'anywhere',
} as const;

/** Of commands that are about no container. */
export const noOperands = { usage: '', minimum: 0, maximum: 0, from: 'anywhere' } as const;
