import { phrase, text } from '../message.ts';

/** What the step kinds `firewall-zone` and `service-enable` say. */
export const fixStepMessages = {
  firewall: phrase(
    (p: { interface: string; firewall: string }) => `let ${p.interface} through ${p.firewall}`,
    (p) => `让 ${p.firewall} 放行 ${p.interface}`,
  ),
  firewallDiff: phrase(
    (p: { interface: string }) => `forwarding for ${p.interface}: dropped -> accepted`,
    (p) => `${p.interface} 的转发：丢弃 -> 放行`,
  ),
  firewallOff: phrase(
    (p: { firewall: string }) =>
      `${p.firewall} does not run: wanted it running, to open it for containers`,
    (p) => `${p.firewall} 未运行：需要它运行才能为容器放行`,
  ),
  firewallOffRemedy: phrase(
    (p: { firewall: string }) => `Start ${p.firewall} and try again, or plan again without it.`,
    (p) => `请启动 ${p.firewall} 后重试，或在没有它的情况下重新规划。`,
  ),
  service: phrase(
    (p: { name: string; manager: string }) =>
      `start ${p.name} now and at every boot (${p.manager})`,
    (p) => `立即启动 ${p.name} 并设为开机启动（${p.manager}）`,
  ),
  serviceDiff: text('off -> on', '关闭 -> 开启'),
};
