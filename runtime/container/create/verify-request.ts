import { BerthError } from '../../errors/berth-error.ts';
import { isIP } from '../../host/ip-address.ts';
import { healthConfigProblem } from '../health/health-settings.ts';
import type { ContainerConfig } from '../model/container-config.ts';
import type { HostConfig } from '../model/host-config.ts';
import { parseSignal } from '../model/signals.ts';
import { hasRestartPolicy, restartPolicyProblem } from '../restart/restart-policy.ts';
import { isHostGateway } from '../networking/hosts-text.ts';
import { parseExtraHost } from '../spec/network-files.ts';
import { namespaceRules } from './namespace-rules.ts';
import { portRules } from './port-rules.ts';
import { resourceRules } from './resource-rules.ts';
import { rule } from './rule.ts';
import type { Rule } from './rule.ts';

const rules: readonly Rule[] = [
  ...resourceRules(),
  ...portRules(),
  ...namespaceRules(),
  {
    field: 'WorkingDir',
    broken: ({ WorkingDir }) =>
      WorkingDir === '' || WorkingDir.startsWith('/')
        ? undefined
        : `the working directory '${WorkingDir}' is invalid, it needs to be an absolute path`,
  },
  {
    field: 'Env',
    broken: ({ Env }) => {
      const bad = (Env ?? []).find((item) => item === '' || item.startsWith('='));
      return bad === undefined ? undefined : `invalid environment variable: ${bad}`;
    },
  },
  {
    field: 'Hostname',
    broken: ({ Hostname }) =>
      /^[^\s/\0]{0,64}$/.test(Hostname) ? undefined : `invalid hostname: ${Hostname}`,
  },
  rule(
    'HostConfig.AutoRemove',
    "can't create 'AutoRemove' container with restart policy",
    (_, { AutoRemove, RestartPolicy }) => AutoRemove && hasRestartPolicy(RestartPolicy),
  ),
  {
    field: 'HostConfig.RestartPolicy',
    broken: (_, { RestartPolicy }) => restartPolicyProblem(RestartPolicy),
  },
  {
    field: 'Healthcheck',
    broken: ({ Healthcheck }) =>
      Healthcheck === null ? undefined : healthConfigProblem(Healthcheck),
  },
  rule('HostConfig.ShmSize', 'SHM size can not be less than 0', (_, { ShmSize }) => ShmSize < 0),
  {
    field: 'HostConfig.OomScoreAdj',
    broken: (_, { OomScoreAdj }) =>
      Math.abs(OomScoreAdj) <= 1000
        ? undefined
        : `Invalid value ${OomScoreAdj}, range for oom score adj is [-1000, 1000]`,
  },
  {
    field: 'HostConfig.Dns',
    broken: (_, { Dns }) => {
      const bad = (Dns ?? []).find((address) => isIP(address) === 0);
      return bad === undefined ? undefined : `invalid DNS server address: ${bad}`;
    },
  },
  {
    field: 'HostConfig.DnsSearch',
    broken: (_, { DnsSearch, DnsOptions }) => {
      const bad = [...(DnsSearch ?? []), ...(DnsOptions ?? [])].find((word) => /\s/.test(word));
      return bad === undefined ? undefined : `invalid DNS search domain or option: "${bad}"`;
    },
  },
  {
    field: 'HostConfig.ExtraHosts',
    broken: (_, { ExtraHosts }) => {
      const bad = (ExtraHosts ?? []).find(
        (item) => parseExtraHost(item) === undefined && !isHostGateway(item),
      );
      return bad === undefined ? undefined : `bad format for add-host: "${bad}"`;
    },
  },
  rule(
    'HostConfig.Annotations',
    'invalid Annotations: the empty string is not permitted as an annotation key',
    (_, { Annotations }) => Object.hasOwn(Annotations ?? {}, ''),
  ),
  {
    field: 'HostConfig.MaskedPaths',
    broken: (_, { MaskedPaths, ReadonlyPaths }) => {
      const bad = [...(MaskedPaths ?? []), ...(ReadonlyPaths ?? [])].find(
        (path) => !path.startsWith('/'),
      );
      return bad === undefined
        ? undefined
        : `masked and read-only paths must be absolute: "${bad}"`;
    },
  },
];

/**
 * Checks what a client asks for.
 *
 * @throws CONTAINER_CONFIG_INVALID, SIGNAL_INVALID
 */
export function verifyRequest(config: ContainerConfig, hostConfig: HostConfig): void {
  for (const { field, broken } of rules) {
    const message = broken(config, hostConfig);
    if (message === undefined) continue;
    throw new BerthError('CONTAINER_CONFIG_INVALID', {
      message,
      remedy: `Correct "${field}".`,
      details: { field },
    });
  }
  if (config.StopSignal !== '') parseSignal(config.StopSignal);
}
