import type { HostConfig } from '../model/host-config.ts';
import { donorOf } from '../model/namespace-mode.ts';
import type { Rule } from './rule.ts';

/** A field that says whose namespace a container is in, with what Docker calls it. */
interface ModeField {
  readonly field: 'CgroupnsMode' | 'IpcMode' | 'PidMode' | 'UTSMode';
  readonly named: string;
  readonly words: readonly string[];
  /** `possible`: it can be that of another container, too. */
  readonly donor: 'possible' | 'none';
}

const fields: readonly ModeField[] = [
  {
    ...{ field: 'IpcMode', named: 'IPC', donor: 'possible' },
    words: ['private', 'shareable', 'none', 'host'],
  },
  { field: 'PidMode', named: 'PID', words: ['host'], donor: 'possible' },
  { field: 'UTSMode', named: 'UTS', words: ['host'], donor: 'none' },
  { field: 'CgroupnsMode', named: 'cgroup namespace', words: ['private', 'host'], donor: 'none' },
];

/** Rules of namespaces that are the host's, another container's or its own (daemon/daemon_unix.go of moby 28.5). */
export function namespaceRules(): readonly Rule[] {
  return fields.map((one) => ({
    field: `HostConfig.${one.field}`,
    broken: (_, hostConfig: HostConfig) => {
      const mode = hostConfig[one.field];
      const isDonor = one.donor === 'possible' && donorOf(mode) !== undefined;
      if (mode === '' || isDonor || one.words.includes(mode)) return undefined;
      return `invalid ${one.named} mode: ${mode}`;
    },
  }));
}
