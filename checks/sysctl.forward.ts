import { checkNetworkMessages as m } from '../messages/areas/checks-network.ts';
import type { Check } from './check.ts';
import type { CheckContext } from './context.ts';
import type { Troubled } from './finding.ts';
import { readSysctl } from './probes/sysctl.ts';
import { joinClauses, joinSentences } from './probes/join-texts.ts';

const ipv4 = 'net.ipv4.ip_forward';
const ipv6 = 'net.ipv6.conf.all.forwarding';

/** Whether the kernel passes packets on between the bridge and the network. */
export const sysctlForward: Check = {
  id: 'sysctl.forward',
  title: m.forwardTitle,
  group: 'network',
  wanted: () => m.forwardWanted({ ipv4, ipv6 }),
  why: m.forwardWhy,
  severity: 'fail',
  privilege: 'none',
  async probe({ files }) {
    const [value4, value6] = await Promise.all([readSysctl(files, ipv4), readSysctl(files, ipv6)]);
    const details = { [ipv4]: value4, [ipv6]: value6 };
    const without6 = value6 === undefined || value6 === '1';
    const off6 = without6 ? undefined : await ipv6Off(files, value6);
    if (value4 !== '1') return { ...both(ipv4Off(value4), off6), details };
    if (off6 !== undefined) return { ...off6, details };
    const seen = value6 === undefined ? m.forwardNo6({ ipv4 }) : `${ipv4} "1", ${ipv6} "1"`;
    return { status: 'pass', seen, details };
  },
};

/** Both at once, so that one run of the fixes leaves nothing for the next. */
function both(off4: Troubled, off6: Troubled | undefined): Troubled {
  if (off6 === undefined) return off4;
  return {
    ...off4,
    seen: joinClauses([off4.seen, off6.seen]),
    remedy: joinSentences([off4.remedy, off6.remedy]),
    fix: [...(off4.fix ?? []), ...(off6.fix ?? [])],
  };
}

function ipv4Off(value: string | undefined): Troubled {
  if (value === undefined) {
    return {
      status: 'fail',
      seen: m.forwardNo4({ ipv4 }),
      remedy: m.forwardNo4Remedy(),
    };
  }
  return {
    status: 'fail',
    seen: `${ipv4} "${value}"`,
    remedy: m.forwardSet4({ ipv4 }),
    fix: [{ kind: 'sysctl', key: ipv4, value: '1' }],
  };
}

/** Containers have IPv4 then, so this is a warning. */
async function ipv6Off(files: CheckContext['files'], value: string): Promise<Troubled> {
  const seen = `${ipv6} "${value}"`;
  const learned = await interfaceWithLearnedRoute(files);
  if (learned !== undefined) {
    // Forwarding makes the kernel ignore router advertisements: the host itself would lose its way out.
    return {
      status: 'warn',
      seen: m.forwardLearned({ setting: seen, device: learned }),
      remedy: m.forwardLearnedRemedy({ device: learned, ipv6 }),
    };
  }
  return {
    status: 'warn',
    seen,
    remedy: m.forwardSet6({ ipv6 }),
    fix: [{ kind: 'sysctl', key: ipv6, value: '1' }],
  };
}

/** RTF_ADDRCONF of linux/ipv6_route.h: learned from a router advertisement. */
const learnedFlag = 0x40000;

/** The interface of a default route that router advertisements have set (/proc/net/ipv6_route, proc_net(5)). */
async function interfaceWithLearnedRoute(
  files: CheckContext['files'],
): Promise<string | undefined> {
  const table = (await files.readText('/proc/net/ipv6_route')) ?? '';
  for (const line of table.split('\n')) {
    const [destination, prefixLength, , , , , , , flags, name] = line.trim().split(/\s+/);
    const isDefault = /^0{32}$/.test(destination ?? '') && prefixLength === '00';
    if (isDefault && (Number.parseInt(flags ?? '0', 16) & learnedFlag) !== 0) return name;
  }
  return undefined;
}
