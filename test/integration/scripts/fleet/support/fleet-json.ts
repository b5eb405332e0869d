import type { FleetResult, HostResult } from '../../../../../scripts/fleet/result.ts';
import type { Ended } from './namespace-host.ts';

/** What `berth fleet --json` printed. */
export function resultOf(ended: Ended): FleetResult {
  try {
    return JSON.parse(ended.stdout) as FleetResult;
  } catch {
    throw new Error(`no JSON: ${ended.stdout}\n${ended.stderr}`);
  }
}

/** The result of one host, by its name. */
export function hostIn(ended: Ended, name: string): HostResult {
  const host = resultOf(ended).hosts.find((each) => each.name === name);
  if (host === undefined) throw new Error(`no host "${name}" in ${ended.stdout}`);
  return host;
}
