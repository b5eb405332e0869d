/** One thing that happened to one volume, in the words of `docker events`. */
export interface VolumeEvent {
  readonly action: 'create' | 'mount' | 'unmount' | 'destroy' | 'prune';
  /** Empty of `prune`. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly timeMs: number;
}
