/** A driver and its options, as `log-driver` and `log-opts` of daemon.json give them. */
export interface LogDefaults {
  readonly driver: string;
  readonly options: Readonly<Record<string, string>>;
}
