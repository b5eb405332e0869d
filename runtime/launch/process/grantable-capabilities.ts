import type { Capabilities, Process } from '../../spec/process.ts';
import { capabilityNumber } from './capabilities.ts';
import type { HostFacts } from '../host-facts.ts';

const sets = ['bounding', 'effective', 'inheritable', 'permitted', 'ambient'] as const;

/**
 * The process with the capabilities that it can be given, and a warning for each that it cannot: because the kernel does
 * not know it, or because berth itself lacks it, as on hosts that keep CAP_SYS_RESOURCE from everyone. capset(2) would
 * answer EPERM to the whole. What is ambient and not both permitted and inheritable is left out as well. In another user namespace than berth's there are all that the kernel knows.
 *
 * config.md, "Linux Process" (runtime-spec v1.2.1): what cannot be granted "MUST be logged as a warning", and runtimes
 * "SHOULD NOT fail".
 */
export function grantableProcess(
  process: Process,
  {
    host,
    user,
  }: {
    readonly host: Pick<HostFacts, 'lastCapability' | 'ownCapabilities'>;
    /** Whether the process stays in berth's own user namespace. */
    readonly user: 'host' | 'other';
  },
): { readonly process: Process; readonly warnings: readonly string[] } {
  const { capabilities } = process;
  if (capabilities === undefined) return { process, warnings: [] };
  const without = new Map<string, string>();
  for (const name of sets.flatMap((set) => capabilities[set])) {
    const number = capabilityNumber(name);
    if (number === undefined || number > host.lastCapability) {
      without.set(name, 'which this kernel does not know');
    } else if (user === 'host' && ((host.ownCapabilities >> BigInt(number)) & 1n) === 0n) {
      without.set(name, 'which berth itself does not have here');
    }
  }
  const left = (set: keyof Capabilities): readonly string[] =>
    capabilities[set].filter((name) => !without.has(name));
  const [inheritable, permitted] = [left('inheritable'), left('permitted')];
  const ambient = left('ambient');
  // capabilities(7): the kernel lets none be ambient that is not in both.
  const raised = ambient.filter((name) => inheritable.includes(name) && permitted.includes(name));
  const bounding = left('bounding');
  const effective = left('effective');
  return {
    process: {
      ...process,
      capabilities: { bounding, effective, inheritable, permitted, ambient: raised },
    },
    warnings: [
      ...[...without].map(
        ([name, why]) => `"process.capabilities" has "${name}", ${why}: it is left out.`,
      ),
      // The beginning is runc's.
      ...ambient
        .filter((name) => !raised.includes(name))
        .map(
          (name) =>
            `can't raise ambient capability ${name}: "process.capabilities" has it not both in "permitted" and in "inheritable"; it is left out.`,
        ),
    ],
  };
}
