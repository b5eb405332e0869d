import { checkNetworkMessages as m } from '../messages/areas/checks-network.ts';
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
  title: m.bridgeNfTitle,
  group: 'network',
  wanted: () => m.bridgeNfWanted({ module, keys: keys.join(', ') }),
  why: m.bridgeNfWhy,
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
        seen: m.bridgeNfNotLoaded({ module, kernel: kernel.text }),
        remedy: kernel.remedy,
        ...(kernel.loadable ? { fix: [{ kind: 'module', name: module }, ...sysctls] } : {}),
        details,
      };
    }
    const wrong = sysctls.filter((_, index) => values[index] !== '1');
    if (wrong.length === 0) return { status: 'pass', seen: m.bridgeNfAll(), details };
    return {
      status: 'fail',
      seen: wrong.map(({ key }) => `${key} "${details[key] ?? m.bridgeNfMissing()}"`).join(', '),
      remedy: m.bridgeNfSet(),
      fix: wrong,
      details,
    };
  },
};
