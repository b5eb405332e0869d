import type { Check } from './check.ts';
import type { CheckContext } from './context.ts';
import type { Outcome } from './finding.ts';
import { bridgeProgram, bridgeSteps } from './probes/bridge-program.ts';
import { explainKernelOptions } from './probes/explain-kconfig.ts';
import type { KernelOption } from './probes/explain-kconfig.ts';
import { runProbe } from './probes/run-probe.ts';
import type { SyscallFailure } from './probes/run-probe.ts';

/** Whether containers can be connected: a bridge, and a veth pair plugged into it. */
export const netBridge: Check = {
  id: 'net.bridge',
  title: 'Bridge and veth',
  group: 'network',
  wanted: 'a bridge and a veth pair can be made and joined',
  why: "A container's network interface is one end of a veth pair; the other is plugged into a bridge.",
  severity: 'fail',
  privilege: 'root',
  async probe(context) {
    const result = await runProbe(context, bridgeProgram());
    if (result.kind === 'done') return { status: 'pass', seen: 'made and joined' };
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
      seen: `${message}; ${kernel.text}`,
      remedy: kernel.loadable
        ? `Load the module "${kernel.modules.join('", "')}" at every boot: run "berth check --fix".`
        : `Boot a kernel with ${option.option}.`,
      ...(kernel.loadable
        ? { fix: kernel.modules.map((name) => ({ kind: 'module', name }) as const) }
        : {}),
      details,
    };
  }
  return {
    status: 'fail',
    seen: message,
    remedy: 'Run berth with CAP_NET_ADMIN, outside of a container or service that forbids this.',
    details,
  };
}
