import type { Clock } from '../host/clock.ts';
import type { ProgramRunner } from '../syscall/run-image.ts';
import type { SubnetPool } from './address/subnet-pools.ts';
import type { Firewall } from './firewall/firewall.ts';

/** Where networks are kept. */
export interface NetworkPaths {
  /** `<data-root>/networks`: on a disk. */
  readonly dataFolder: string;
  /** `/run/berth/networks`: what running containers have; gone after a reboot. */
  readonly sandboxFolder: string;
  /** `/run/berth/netns`: mounts that keep network namespaces. */
  readonly namespaceFolder: string;
}

/** What daemon.json says of the network `bridge`; what is absent is as Docker has it without a configuration. */
export interface DefaultBridgeSettings {
  /** Its interface. */
  readonly name: string;
  /** `bip`: the host's address and the subnet. */
  readonly address4?: string | undefined;
  /** `bip6`. */
  readonly address6?: string | undefined;
  /** `fixed-cidr`: the part of the subnet that containers get addresses of. */
  readonly range4?: string | undefined;
  readonly range6?: string | undefined;
  /** `default-gateway`: another router than the host. */
  readonly gateway4?: string | undefined;
  readonly gateway6?: string | undefined;
  readonly ipv6: boolean;
  /** Options of the driver, by Docker's names. */
  readonly options: Readonly<Record<string, string>>;
}

/** What daemon.json says of networks. */
export interface NetworkSettings {
  /** `undefined`: there is no such network (`"bridge": "none"`), and containers that do not say have none. */
  readonly defaultBridge: DefaultBridgeSettings | undefined;
  /** `userland-proxy`: whether relays lead from where the firewall cannot. */
  readonly relays: boolean;
  /** What `host-gateway` stands for; none: the addresses of the default bridge. */
  readonly hostGateways: readonly string[];
  /** `default-address-pools`. */
  readonly pools: readonly SubnetPool[];
  /** `default-network-opts`: options by driver. */
  readonly defaultOptions: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Everything that networks need from the rest of berth. */
export interface NetworkPorts {
  /** Its programs are in the host's network namespace. */
  readonly runner: ProgramRunner;
  readonly clock: Clock;
  readonly paths: NetworkPaths;
  readonly settings: NetworkSettings;
  readonly firewall: Firewall;
  /** Hears of what goes wrong where no client waits for an answer. */
  readonly report: (problem: unknown) => void;
  /** Hears of what an administrator should know. */
  readonly notice: (text: string, details: Readonly<Record<string, unknown>>) => void;
}
