/** What a program that has ended leaves. */
export interface ProgramResult {
  /** All that it sent with `reply`, joined. */
  readonly data: Buffer;
  /** Its exit status, 0 to 255. */
  readonly exitCode: number;
}

/** A program that has said what it had to say and goes on, such as a monitor. */
export interface RunningProgram {
  readonly pid: number;
  /** Its first reply. */
  readonly data: Buffer;
  /** Its end, for whoever waits for it; rejects like `run`. */
  readonly ended: Promise<ProgramResult>;
}
