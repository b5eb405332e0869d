import { phrase, text } from '../message.ts';

/** What the checks of the group `network` say that look at this host alone. */
export const checkNetworkMessages = {
  bridgeTitle: text('Bridge and veth', '网桥与 veth'),
  bridgeWanted: text(
    'a bridge and a veth pair can be made and joined',
    '可以创建网桥和 veth 对并将其连接',
  ),
  bridgeWhy: text(
    "A container's network interface is one end of a veth pair; the other is plugged into a bridge.",
    '容器的网卡是 veth 对的一端，另一端接在网桥上。',
  ),
  bridgeWorks: text('made and joined', '已创建并连接'),
  bridgeRights: text(
    'Run berth with CAP_NET_ADMIN, outside of a container or service that forbids this.',
    '请让 berth 具备 CAP_NET_ADMIN，并在禁止此操作的容器或服务之外运行。',
  ),

  natTitle: text('Address translation', '地址转换（NAT）'),
  natWanted: text(
    'nft or iptables sets a masquerade rule and one that forwards a port',
    'nft 或 iptables 能设置地址伪装（masquerade）规则和端口转发规则',
  ),
  natWhy: text(
    'Containers reach the network by the first kind of rule, and are reached at published ports by the second.',
    '容器靠前一种规则访问网络，外界靠后一种规则访问发布的端口。',
  ),
  natWorks: phrase(
    (p: { tool: string }) => `both set by ${p.tool}`,
    (p) => `${p.tool} 可设置两种规则`,
  ),
  natNoTool: text('neither nft nor iptables is installed', 'nft 和 iptables 都未安装'),
  natNoToolRemedy: text(
    'Install "nftables": run "berth check --fix".',
    '请安装 "nftables"：运行 "berth check --fix"。',
  ),
  natRefused: phrase(
    (p: { tool: string; said: string }) => `${p.tool}: ${p.said}`,
    (p) => `${p.tool} 报告：${p.said}`,
  ),
  natSlow: phrase(
    (p: { tool: string; seconds: number }) =>
      `${p.tool} had not set its rules after ${p.seconds} seconds`,
    (p) => `${p.tool} 在 ${p.seconds} 秒内未能设置规则`,
  ),
  natSlowRemedy: text(
    'See what keeps this host so busy, then try again: berth check --only net.nat',
    '请查明主机为何如此繁忙，然后重试：berth check --only net.nat',
  ),

  iptablesTitle: text('Version of iptables', 'iptables 版本'),
  iptablesWanted: text(
    'not iptables 1.8.0 to 1.8.3 over nf_tables',
    '不是基于 nf_tables 的 iptables 1.8.0 至 1.8.3',
  ),
  iptablesWhy: text(
    'Those versions lose rules, or add them twice, when several programs set some.',
    '多个程序同时设置规则时，这些版本会丢失或重复添加规则。',
  ),
  iptablesNone: text('not needed: iptables is not installed', '不需要：未安装 iptables'),
  iptablesSeen: phrase(
    (p: { version: string }) => `"${p.version}"`,
    (p) => `版本为"${p.version}"`,
  ),
  iptablesUpgrade: text(
    'Upgrade iptables to 1.8.4 or newer, or choose the other kind: update-alternatives --set iptables /usr/sbin/iptables-legacy.',
    '请将 iptables 升级到 1.8.4 或更高版本，或换用另一种：update-alternatives --set iptables /usr/sbin/iptables-legacy。',
  ),

  forwardTitle: text('IP forwarding', 'IP 转发'),
  forwardWanted: phrase(
    (p: { ipv4: string; ipv6: string }) => `${p.ipv4} "1", and ${p.ipv6} "1" where there is IPv6`,
    (p) => `${p.ipv4} 为 "1"；有 IPv6 时 ${p.ipv6} 也为 "1"`,
  ),
  forwardWhy: text(
    'Without it packets of a container on a bridge do not leave the host.',
    '没有它，网桥上容器的数据包无法离开主机。',
  ),
  forwardNo6: phrase(
    (p: { ipv4: string }) => `${p.ipv4} "1", no IPv6`,
    (p) => `${p.ipv4} 为 "1"，没有 IPv6`,
  ),
  forwardNo4: phrase(
    (p: { ipv4: string }) => `no ${p.ipv4}: this kernel has no IPv4, or /proc/sys is not mounted`,
    (p) => `没有 ${p.ipv4}：此内核不支持 IPv4，或未挂载 /proc/sys`,
  ),
  forwardNo4Remedy: text(
    'Mount /proc, or boot a kernel with IPv4.',
    '请挂载 /proc，或启动支持 IPv4 的内核。',
  ),
  forwardSet4: phrase(
    (p: { ipv4: string }) =>
      `Set ${p.ipv4}=1: run "berth check --fix", or write it to a file in /etc/sysctl.d/.`,
    (p) => `请设置 ${p.ipv4}=1：运行 "berth check --fix"，或写入 /etc/sysctl.d/ 中的文件。`,
  ),
  forwardSet6: phrase(
    (p: { ipv6: string }) => `For IPv6 in containers set ${p.ipv6}=1: run "berth check --fix".`,
    (p) => `若容器要用 IPv6，请设置 ${p.ipv6}=1：运行 "berth check --fix"。`,
  ),
  forwardLearned: phrase(
    (p: { setting: string; device: string }) =>
      `${p.setting}; the host's own route comes from router advertisements on "${p.device}"`,
    (p) => `${p.setting}；本机自身的路由来自"${p.device}"上的路由器通告`,
  ),
  forwardLearnedRemedy: phrase(
    (p: { device: string; ipv6: string }) =>
      `For IPv6 in containers set net.ipv6.conf.${p.device}.accept_ra=2 first, then ${p.ipv6}=1; in the other order the host loses its route.`,
    (p) =>
      `若容器要用 IPv6，请先设置 net.ipv6.conf.${p.device}.accept_ra=2，再设置 ${p.ipv6}=1；顺序相反会使本机丢失路由。`,
  ),

  bridgeNfTitle: text('Bridged packets pass the firewall', '网桥数据包经过防火墙'),
  bridgeNfWanted: phrase(
    (p: { module: string; keys: string }) => `module "${p.module}" with ${p.keys} "1"`,
    (p) => `已加载模块"${p.module}"，且 ${p.keys} 为 "1"`,
  ),
  bridgeNfWhy: text(
    'Else rules about ports and isolation do not see packets between containers of one bridge.',
    '否则关于端口和隔离的规则看不到同一网桥上容器之间的数据包。',
  ),
  bridgeNfNotLoaded: phrase(
    (p: { module: string; kernel: string }) => `"${p.module}" is not loaded; ${p.kernel}`,
    (p) => `未加载"${p.module}"；${p.kernel}`,
  ),
  bridgeNfAll: text('all three "1"', '三项均为 "1"'),
  bridgeNfMissing: text('missing', '缺失'),
  bridgeNfSet: text(
    'Set them to 1: run "berth check --fix".',
    '请将其设为 1：运行 "berth check --fix"。',
  ),

  firewallTitle: text('Firewall', '防火墙'),
  firewallWanted: phrase(
    (p: { bridge: string }) =>
      `no firewall that drops forwarded packets, or one that lets "${p.bridge}" through`,
    (p) => `没有丢弃转发数据包的防火墙，或防火墙放行"${p.bridge}"`,
  ),
  firewallWhy: text(
    'A firewall that drops what is forwarded cuts containers off, whatever rules berth sets besides.',
    '丢弃转发数据包的防火墙会切断容器网络，无论 berth 另外设置什么规则。',
  ),
  firewallNone: text('none that drops forwarded packets', '没有丢弃转发数据包的防火墙'),
  firewallOpen: phrase(
    (p: { names: string; bridge: string }) => `${p.names} lets "${p.bridge}" through`,
    (p) => `${p.names} 放行"${p.bridge}"`,
  ),
  firewallFirewalld: phrase(
    (p: { bridge: string }) => `firewalld runs, and "${p.bridge}" is in no zone that accepts`,
    (p) => `firewalld 正在运行，"${p.bridge}"不在任何放行的区域中`,
  ),
  firewallUfw: phrase(
    (p: { bridge: string }) => `ufw drops what is forwarded, and has no rule for "${p.bridge}"`,
    (p) => `ufw 丢弃转发的数据包，且没有针对"${p.bridge}"的规则`,
  ),
  firewallNft: phrase(
    (p: { chain: string; bridge: string }) =>
      `chain "${p.chain}" drops what is forwarded, and has no rule for "${p.bridge}"`,
    (p) => `链"${p.chain}"丢弃转发的数据包，且没有针对"${p.bridge}"的规则`,
  ),
  firewallOpenZone: phrase(
    (p: { bridge: string }) =>
      `Let "${p.bridge}" through: run "berth check --fix". The firewall stays on.`,
    (p) => `请放行"${p.bridge}"：运行 "berth check --fix"。防火墙保持启用。`,
  ),
  firewallNftByHand: phrase(
    (p: { commands: string }) =>
      `Let it through now with: ${p.commands}; and put the same rules into the file that sets this chain at boot.`,
    (p) => `立即放行：${p.commands}；并把相同规则写入开机时设置该链的文件。`,
  ),

  routesTitle: text('Addresses for containers', '容器地址段'),
  routesWanted: text(
    'networks for containers that no route of this host overlaps',
    '容器网段不与本机的任何路由重叠',
  ),
  routesWhy: text(
    'What overlaps is unreachable: from containers, or from the host itself.',
    '重叠的网段将无法访问：从容器内，或从主机本身。',
  ),
  routesFree: phrase(
    (p: { free: number; all: number }) => `${p.free} of ${p.all} networks are free`,
    (p) => `${p.all} 个网段中有 ${p.free} 个可用`,
  ),
  routesSome: phrase(
    (p: { taken: string }) => `berth leaves out what the host has routes to: ${p.taken}.`,
    (p) => `berth 会避开本机已有路由的网段：${p.taken}。`,
  ),
  routesBip: phrase(
    (p: { bip: string; route: string }) =>
      `"bip" is "${p.bip}", which overlaps the route ${p.route}`,
    (p) => `"bip" 为"${p.bip}"，与路由 ${p.route} 重叠`,
  ),
  routesNoneFree: phrase(
    (p: { routes: string }) => `each network overlaps a route: ${p.routes}`,
    (p) => `每个网段都与某条路由重叠：${p.routes}`,
  ),
  routesRemedy: text(
    'Choose a network that this host and its users do not reach, with "bip" or "default-address-pools" of /etc/berth/daemon.json.',
    '请用 /etc/berth/daemon.json 的 "bip" 或 "default-address-pools" 选择本机及其用户用不到的网段。',
  ),
  routesInvalid: phrase(
    (p: { key: string; value: string }) => `"${p.key}" has "${p.value}", which is no network`,
    (p) => `"${p.key}" 中的"${p.value}"不是网段`,
  ),
};
