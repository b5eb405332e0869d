import { checkNetworkMessages as m } from '../messages/areas/checks-network.ts';
import type { Check } from './check.ts';
import type { CheckContext } from './context.ts';
import type { Outcome } from './finding.ts';
import { bridgeProgram, bridgeSteps } from './probes/bridge-program.ts';
import { explainKernelOptions } from './probes/explain-kconfig.ts';
import type { KernelOption } from './probes/explain-kconfig.ts';
import { runProbe } from './probes/run-probe.ts';
import type { SyscallFailure } from './probes/run-probe.ts';
import { joinClauses } from './probes/join-texts.ts';

/** Whether containers can be connected: a bridge, and a veth pair plugged into it. */
export const netBridge: Check = {
  id: 'net.bridge',
  title: m.bridgeTitle,
  group: 'network',
  wanted: m.bridgeWanted,
  why: m.bridgeWhy,
  severity: 'fail',
  privilege: 'root',
  async probe(context) {
    const result = await runProbe(context, bridgeProgram());
    if (result.kind === 'done') return { status: 'pass', seen: m.bridgeWorks() };
    return explain(context, result.failure);
  },
};

const lacking: Readonly<Record<string, KernelOption>> = {
  [bridgeSteps.bridge]: { option: 'CONFIG_BRIDGE', module: 'bridge' },
  [bridgeSteps.veth]: { option: 'CONFIG_VETH', module: 'veth' },
};

async function explain(context: CheckContext, failure: SyscallFailure): Promise<Outcome> {
  const { step, errno, message } = failure;
  const details = { step, errno };
  const option = lacking[step];
  // EOPNOTSUPP: no such kind of interface, even after the kernel tried to load its module.
  if (errno === 'EOPNOTSUPP' && option !== undefined) {
    const kernel = await explainKernelOptions(context, [option]);
    return {
      status: 'fail',
      seen: joinClauses([message, kernel.text]),
      remedy: kernel.remedy,
      ...(kernel.loadable
        ? { fix: kernel.modules.map((name) => ({ kind: 'module', name }) as const) }
        : {}),
      details,
    };
  }
  return {
    status: 'fail',
    seen: message,
    remedy: m.bridgeRights(),
    details,
  };
}
