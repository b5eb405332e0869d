import type { Check } from './check.ts';
import { explainKernelOptions } from './probes/explain-kconfig.ts';
import { readSysctl } from './probes/sysctl.ts';

const keys = [
  'net.bridge.bridge-nf-call-iptables',
  'net.bridge.bridge-nf-call-ip6tables',
  'net.bridge.bridge-nf-call-arptables',
] as const;
const module = 'br_netfilter';

/** Whether packets inside a bridge pass the firewall, so that its rules hold between containers too. */
export const sysctlBridgeNf: Check = {
  id: 'sysctl.bridge-nf',
  title: 'Bridged packets pass the firewall',
  group: 'network',
  wanted: `module "${module}" with ${keys.join(', ')} "1"`,
  why: 'Else rules about ports and isolation do not see packets between containers of one bridge.',
  severity: 'fail',
  privilege: 'none',
  async probe(context) {
    const values = await Promise.all(keys.map((key) => readSysctl(context.files, key)));
    const details = Object.fromEntries(keys.map((key, index) => [key, values[index]]));
    const sysctls = keys.map((key) => ({ kind: 'sysctl', key, value: '1' }) as const);
    if (values.every((value) => value === undefined)) {
      const kernel = await explainKernelOptions(context, [
        { option: 'CONFIG_BRIDGE_NETFILTER', module },
      ]);
      return {
        status: 'fail',
        seen: `"${module}" is not loaded; ${kernel.text}`,
        remedy: kernel.loadable
          ? `Load it at every boot: run "berth check --fix".`
          : 'Boot a kernel with CONFIG_BRIDGE_NETFILTER.',
        ...(kernel.loadable ? { fix: [{ kind: 'module', name: module }, ...sysctls] } : {}),
        details,
      };
    }
    const wrong = sysctls.filter((_, index) => values[index] !== '1');
    if (wrong.length === 0) return { status: 'pass', seen: 'all three "1"', details };
    return {
      status: 'fail',
      seen: wrong.map(({ key }) => `${key} "${details[key] ?? 'missing'}"`).join(', '),
      remedy: 'Set them to 1: run "berth check --fix".',
      fix: wrong,
      details,
    };
  },
};
