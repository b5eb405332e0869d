import { cpuMask } from './cpu-mask.ts';
import { dbus } from '../../host/dbus/dbus-value.ts';
import type { UnitProperty } from './systemd-manager.ts';

const infinity = 0xffff_ffff_ffff_ffffn;

/** Files of `unified` that have a property of the same meaning, with what their texts are. */
const numbers: Readonly<Record<string, string>> = {
  'cpu.weight': 'CPUWeight',
  'memory.high': 'MemoryHigh',
  'memory.low': 'MemoryLow',
  'memory.max': 'MemoryMax',
  'memory.min': 'MemoryMin',
  'memory.swap.max': 'MemorySwapMax',
  'pids.max': 'TasksMax',
};

const sets: Readonly<Record<string, string>> = {
  'cpuset.cpus': 'AllowedCPUs',
  'cpuset.mems': 'AllowedMemoryNodes',
};

/** Microseconds. */
const usualPeriod = 100_000n;
const second = 1_000_000n;

/**
 * What `linux.resources.unified` says, as far as systemd has properties for it. A text that is not understood is left to the
 * kernel, which berth writes it to as it is.
 *
 * @param version of systemd, as in `PropertyHost`.
 */
export function unifiedProperties(
  unified: Readonly<Record<string, string>>,
  version: number,
): readonly UnitProperty[] {
  return Object.entries(unified).flatMap(([file, text]): readonly UnitProperty[] => {
    if (file === 'cpu.max') return cpuMax(text);
    if (file === 'cpu.idle' && text.trim() === '1' && version >= 252)
      return [{ name: 'CPUWeight', value: dbus.uint64(0n) }];
    const [name, set] = [numbers[file], sets[file]];
    if (name !== undefined) return numberOf(name, text.trim());
    const mask = set === undefined || version < 244 ? undefined : cpuMask(text);
    return set === undefined || mask === undefined ? [] : [{ name: set, value: mask }];
  });
}

function numberOf(name: string, text: string): readonly UnitProperty[] {
  if (text === 'max') return [{ name, value: dbus.uint64(infinity) }];
  return /^\d+$/.test(text) ? [{ name, value: dbus.uint64(BigInt(text)) }] : [];
}

/** `max`, or microseconds in a period of microseconds. */
function cpuMax(text: string): readonly UnitProperty[] {
  const match = /^(max|\d+)(?: (\d+))?$/.exec(text.trim());
  if (match === null) return [];
  const period = BigInt(match[2] ?? usualPeriod);
  const step = second / 100n;
  const exact =
    match[1] === 'max' || period === 0n ? undefined : (BigInt(match[1] ?? 0) * second) / period;
  const quota = exact === undefined ? infinity : ((exact + step - 1n) / step) * step;
  return [{ name: 'CPUQuotaPerSecUSec', value: dbus.uint64(quota) }];
}
