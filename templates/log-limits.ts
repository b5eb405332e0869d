/** How long the daemon's log may get where the service manager keeps none: `berthd.log` and its forerunners `.1` to `.3`. */
export const logLimits = { maxBytes: 10 * 1024 * 1024, forerunners: 3 } as const;
