import { arch64Bit } from './arch.64bit.ts';
import { cgroupControllers } from './cgroup.controllers.ts';
import { cgroupFreezer } from './cgroup.freezer.ts';
import { cgroupLimits } from './cgroup.limits.ts';
import { cgroupVersion } from './cgroup.version.ts';
import type { Check } from './check.ts';
import { distro } from './distro.ts';
import { dns } from './dns.ts';
import { firewall } from './firewall.ts';
import { fsDtype } from './fs.dtype.ts';
import { fsOverlay } from './fs.overlay.ts';
import { fsSpace } from './fs.space.ts';
import { hostname } from './hostname.ts';
import { init } from './init.ts';
import { ipc } from './ipc.ts';
import { iptablesVersion } from './iptables.version.ts';
import { kconfigSource } from './kconfig.source.ts';
import { kernelVersion } from './kernel.version.ts';
import { libc } from './libc.ts';
import { limits } from './limits.ts';
import { machineId } from './machine-id.ts';
import { mirrorReach } from './mirror.reach.ts';
import { namespaces } from './namespaces.ts';
import { netBridge } from './net.bridge.ts';
import { netNat } from './net.nat.ts';
import { oldDocker } from './old.docker.ts';
import { oldRuntime } from './old.runtime.ts';
import { ports } from './ports.ts';
import { proxy } from './proxy.ts';
import { resources } from './resources.ts';
import { root } from './root.ts';
import { routes } from './routes.ts';
import { runtime } from './runtime.ts';
import { seccomp } from './seccomp.ts';
import { securityLsm } from './security.lsm.ts';
import { selfIntegrity } from './self.integrity.ts';
import { smokeEmbedded } from './smoke.embedded.ts';
import { smokeRegistry } from './smoke.registry.ts';
import { sysctlBridgeNf } from './sysctl.bridge-nf.ts';
import { sysctlForward } from './sysctl.forward.ts';
import { time } from './time.ts';

/** All host checks, in the order of the report. A new one is a file of its own and a line here. */
export const checks: readonly Check[] = [
  root,
  arch64Bit,
  distro,
  resources,
  time,
  hostname,
  machineId,
  kernelVersion,
  kconfigSource,
  namespaces,
  ipc,
  seccomp,
  securityLsm,
  limits,
  cgroupVersion,
  cgroupControllers,
  cgroupFreezer,
  cgroupLimits,
  fsOverlay,
  fsDtype,
  fsSpace,
  netBridge,
  netNat,
  iptablesVersion,
  sysctlForward,
  sysctlBridgeNf,
  firewall,
  routes,
  dns,
  mirrorReach,
  proxy,
  init,
  ports,
  oldDocker,
  oldRuntime,
  libc,
  selfIntegrity,
  runtime,
  smokeEmbedded,
  smokeRegistry,
];
