import type { ImageRunConfig } from '../../image/image-config.ts';
import type { ContainerConfig, HealthConfig } from '../model/container-config.ts';

/** How a container's health is asked after. Times in milliseconds. */
export interface HealthSettings {
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** From the end of one probe to the beginning of the next. */
  readonly intervalMs: number;
  /** How long a probe may take. */
  readonly timeoutMs: number;
  /** How long after the start failures do not count. */
  readonly startPeriodMs: number;
  /** The interval within that time, until the first success. */
  readonly startIntervalMs: number;
  /** Failures in a row that make it unhealthy. */
  readonly retries: number;
}

const nsPerMs = 1e6;
const defaultIntervalMs = 30_000;
const defaultTimeoutMs = 30_000;
const defaultStartIntervalMs = 5000;
const defaultRetries = 3;

/** Docker's defaults and words: a container without a check of its own has none. */
export function healthSettings(config: ContainerConfig): HealthSettings | undefined {
  const { Healthcheck } = config;
  const command = Healthcheck === null ? undefined : commandOf(Healthcheck, config.Shell);
  if (Healthcheck === null || command === undefined) return undefined;
  const { Interval, Timeout, StartPeriod, StartInterval, Retries } = Healthcheck;
  return {
    command,
    intervalMs: Interval / nsPerMs || defaultIntervalMs,
    timeoutMs: Timeout / nsPerMs || defaultTimeoutMs,
    startPeriodMs: StartPeriod / nsPerMs,
    startIntervalMs: StartInterval / nsPerMs || defaultStartIntervalMs,
    retries: Retries > 0 ? Retries : defaultRetries,
  };
}

function commandOf(
  { Test }: HealthConfig,
  shell: readonly string[] | null,
): readonly string[] | undefined {
  const [kind, ...rest] = Test ?? [];
  if (kind === 'CMD') return rest;
  if (kind !== 'CMD-SHELL') return undefined;
  return [...(shell === null || shell.length === 0 ? ['/bin/sh', '-c'] : shell), ...rest];
}

/** Docker's `MinimumDuration`. */
const shortestNs = nsPerMs;

/** Docker's words for what is wrong with a health check. */
export function healthConfigProblem(health: HealthConfig): string | undefined {
  for (const field of ['Interval', 'Timeout'] as const) {
    if (isTooShort(health[field])) return tooShort(field);
  }
  if (health.Retries < 0) return 'Retries in Healthcheck cannot be negative';
  for (const field of ['StartPeriod', 'StartInterval'] as const) {
    if (isTooShort(health[field])) return tooShort(field);
  }
  return undefined;
}

function isTooShort(ns: number): boolean {
  return ns !== 0 && ns < shortestNs;
}

function tooShort(field: keyof HealthConfig): string {
  return `${field} in Healthcheck cannot be less than 1ms`;
}

/** A health check as images have it. A part of a nanosecond is none. */
export function imageHealthConfig(image: ImageRunConfig['Healthcheck']): HealthConfig | null {
  if (image === null || image === undefined) return null;
  const whole = (value = 0): number => Math.trunc(value);
  return {
    Test: image.Test ?? null,
    Interval: whole(image.Interval),
    Timeout: whole(image.Timeout),
    StartPeriod: whole(image.StartPeriod),
    StartInterval: whole(image.StartInterval),
    Retries: whole(image.Retries),
  };
}

/** The client's words first, then those of the image that the client has not set. */
export function mergeHealthConfig(
  own: HealthConfig | null,
  image: HealthConfig | null,
): HealthConfig | null {
  if (own === null || image === null) return own ?? image;
  return {
    Test: own.Test === null || own.Test.length === 0 ? image.Test : own.Test,
    Interval: own.Interval || image.Interval,
    Timeout: own.Timeout || image.Timeout,
    StartPeriod: own.StartPeriod || image.StartPeriod,
    StartInterval: own.StartInterval || image.StartInterval,
    Retries: own.Retries || image.Retries,
  };
}
