import { type GivenOptions, type OptionDeclaration, usage } from '../options.ts';

/** Options of `update`; those with sizes take `50M` as well. */
export const updateOptions: readonly OptionDeclaration[] = [
  {
    name: 'resources',
    short: 'r',
    takes: 'text',
    help: 'JSON file of "linux.resources", or "-" for standard input; the other options are ignored then',
  },
  { name: 'blkio-weight', takes: 'text', help: 'weight of block I/O, from 10 to 1000' },
  { name: 'cpu-period', takes: 'text', help: 'period of the CPU limit, in microseconds' },
  { name: 'cpu-quota', takes: 'text', help: 'CPU time in each period, in microseconds' },
  {
    name: 'cpu-burst',
    takes: 'text',
    help: 'saved-up CPU time that may be used at once, in microseconds',
  },
  { name: 'cpu-share', takes: 'text', help: 'CPU weight against other containers' },
  { name: 'cpu-rt-period', takes: 'text', help: 'period of real-time, in microseconds' },
  { name: 'cpu-rt-runtime', takes: 'text', help: 'real-time in each period, in microseconds' },
  { name: 'cpu-idle', takes: 'text', help: '1: run only when nothing else wants to' },
  { name: 'cpuset-cpus', takes: 'text', help: 'CPUs, such as 0-3,7' },
  { name: 'cpuset-mems', takes: 'text', help: 'memory nodes' },
  {
    name: 'kernel-memory',
    takes: 'text',
    help: 'limit of kernel memory, where the kernel has one',
  },
  { name: 'kernel-memory-tcp', takes: 'text', help: 'limit of buffers of TCP' },
  { name: 'memory', takes: 'text', help: 'limit of memory, in bytes; -1 for none' },
  { name: 'memory-reservation', takes: 'text', help: 'soft limit of memory' },
  { name: 'memory-swap', takes: 'text', help: 'limit of memory and swap together; -1 for none' },
  { name: 'pids-limit', takes: 'text', help: 'number of processes; -1 for no limit' },
  { name: 'l3-cache-schema', takes: 'text', help: 'Intel RDT/CAT (not supported)' },
  { name: 'mem-bw-schema', takes: 'text', help: 'Intel RDT/MBA (not supported)' },
];

/** Where the value of an option belongs in `linux.resources`. */
const places: readonly (readonly [option: string, section: string, field: string])[] = [
  ['blkio-weight', 'blockIO', 'weight'],
  ['cpu-period', 'cpu', 'period'],
  ['cpu-quota', 'cpu', 'quota'],
  ['cpu-burst', 'cpu', 'burst'],
  ['cpu-share', 'cpu', 'shares'],
  ['cpu-rt-period', 'cpu', 'realtimePeriod'],
  ['cpu-rt-runtime', 'cpu', 'realtimeRuntime'],
  ['cpu-idle', 'cpu', 'idle'],
  ['pids-limit', 'pids', 'limit'],
];

const sizes: typeof places = [
  ['kernel-memory', 'memory', 'kernel'],
  ['kernel-memory-tcp', 'memory', 'kernelTCP'],
  ['memory', 'memory', 'limit'],
  ['memory-reservation', 'memory', 'reservation'],
  ['memory-swap', 'memory', 'swap'],
];

const lists: typeof places = [
  ['cpuset-cpus', 'cpu', 'cpus'],
  ['cpuset-mems', 'cpu', 'mems'],
];

/**
 * What the options ask for, as `linux.resources`. An empty option is one that is not there.
 * @throws USAGE
 */
export function resourcesOf(options: GivenOptions): object {
  for (const name of ['l3-cache-schema', 'mem-bw-schema']) {
    if ((options.text(name) ?? '') !== '') {
      throw usage(`--${name}: Intel RDT is not enabled: berth does not support it`);
    }
  }
  const result: Record<string, Record<string, unknown>> = {};
  const take = (table: typeof places, read: (option: string, text: string) => unknown): void => {
    for (const [option, section, field] of table) {
      const text = options.text(option) ?? '';
      if (text !== '') result[section] = { ...result[section], [field]: read(option, text) };
    }
  };
  take(places, wholeNumber);
  take(sizes, sizeInBytes);
  take(lists, (_option, text) => text);
  return result;
}

function wholeNumber(option: string, text: string): number {
  const number = Number(text);
  if (/^[+-]?\d+$/.test(text) && Number.isSafeInteger(number)) return number;
  throw usage(`invalid value for ${option}: "${text}", wanted a whole number`);
}

const units = ['', 'k', 'm', 'g', 't', 'p'];

/** As `docker update` writes sizes: `50M`, `1.5g`, `100kb`, `64MiB`; -1 is none. */
function sizeInBytes(option: string, text: string): number {
  if (text === '-1') return -1;
  const match = /^(\d+(?:\.\d+)?) ?([kmgtp]?)(?:i?b)?$/i.exec(text);
  const [, number = '', unit = ''] = match ?? [];
  const bytes = Math.trunc(Number(number) * 1024 ** units.indexOf(unit.toLowerCase()));
  if (match !== null && Number.isSafeInteger(bytes)) return bytes;
  throw usage(`invalid value for ${option}: "${text}", wanted a size such as "50M", or -1`);
}
