import { banner } from './banner.ts';

/** One kernel switch, as sysctl.d(5) has it. */
export interface SysctlSetting {
  readonly key: string;
  readonly value: string;
}

/** The file in sysctl.d: what is in `before` stays, except for the same keys. */
export function sysctlConf(before: string | undefined, settings: readonly SysctlSetting[]): string {
  const keys = new Set(settings.map(({ key }) => key));
  const kept = (before ?? banner)
    .split('\n')
    .filter((line) => line !== '' && !keys.has(line.split('=')[0]?.trim() ?? ''));
  const lines = [...kept, ...settings.map(({ key, value }) => `${key} = ${value}`)];
  return `${lines.join('\n')}\n`;
}
