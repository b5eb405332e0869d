import { arch64Bit } from './arch.64bit.ts';
import { cgroupControllers } from './cgroup.controllers.ts';
import { cgroupFreezer } from './cgroup.freezer.ts';
import { cgroupLimits } from './cgroup.limits.ts';
import { cgroupVersion } from './cgroup.version.ts';
import type { Check } from './check.ts';
import { distro } from './distro.ts';
import { dns } from './dns.ts';
import { fsOverlay } from './fs.overlay.ts';
import { fsSpace } from './fs.space.ts';
import { init } from './init.ts';
import { kernelVersion } from './kernel.version.ts';
import { limits } from './limits.ts';
import { namespaces } from './namespaces.ts';
import { netBridge } from './net.bridge.ts';
import { oldDocker } from './old.docker.ts';
import { ports } from './ports.ts';
import { root } from './root.ts';
import { seccomp } from './seccomp.ts';
import { sysctlBridgeNf } from './sysctl.bridge-nf.ts';
import { sysctlForward } from './sysctl.forward.ts';

/** All host checks, in the order of the report. A new one is a file of its own and a line here. */
export const checks: readonly Check[] = [
  root,
  arch64Bit,
  distro,
  kernelVersion,
  namespaces,
  seccomp,
  limits,
  cgroupVersion,
  cgroupControllers,
  cgroupFreezer,
  cgroupLimits,
  fsOverlay,
  fsSpace,
  netBridge,
  sysctlForward,
  sysctlBridgeNf,
  dns,
  init,
  ports,
  oldDocker,
];
