/** Where a stage says what it is doing, a line at a time. */
export type Tell = (line: string) => void;

/** Shows a command's stages as they go by. */
export interface Progress {
  /** Runs one stage under its title. Resolves and rejects as `work` does. */
  stage<T>(title: string, work: (tell: Tell) => Promise<T>): Promise<T>;
  /** A line of its own, between stages. */
  say(line: string): Promise<void>;
}
