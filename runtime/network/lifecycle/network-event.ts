/** One thing that happened to one network, in the words of `docker events`. */
export interface NetworkEvent {
  readonly action: 'create' | 'connect' | 'disconnect' | 'destroy' | 'prune';
  /** Empty of `prune`. */
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly timeMs: number;
}
