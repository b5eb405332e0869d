import { type GivenOptions, type OptionDeclaration, usage } from '../options.ts';

/** What the text of an option is in `linux.resources`. @throws USAGE */
type Read = (option: string, text: string) => unknown;

/** An option that is a field of `linux.resources`. */
interface ResourceOption {
  readonly name: string;
  /** Such as `cpu.period`. */
  readonly field: string;
  readonly read: Read;
  readonly help: string;
}

const resourceOptions: readonly ResourceOption[] = [
  {
    name: 'blkio-weight',
    field: 'blockIO.weight',
    read: wholeNumber,
    help: 'weight of block I/O, from 10 to 1000',
  },
  {
    name: 'cpu-period',
    field: 'cpu.period',
    read: wholeNumber,
    help: 'period of the CPU limit, in microseconds',
  },
  {
    name: 'cpu-quota',
    field: 'cpu.quota',
    read: wholeNumber,
    help: 'CPU time in each period, in microseconds',
  },
  {
    name: 'cpu-burst',
    field: 'cpu.burst',
    read: wholeNumber,
    help: 'saved-up CPU time that may be used at once, in microseconds',
  },
  {
    name: 'cpu-share',
    field: 'cpu.shares',
    read: wholeNumber,
    help: 'CPU weight against other containers',
  },
  {
    name: 'cpu-rt-period',
    field: 'cpu.realtimePeriod',
    read: wholeNumber,
    help: 'period of real-time, in microseconds',
  },
  {
    name: 'cpu-rt-runtime',
    field: 'cpu.realtimeRuntime',
    read: wholeNumber,
    help: 'real-time in each period, in microseconds',
  },
  {
    name: 'cpu-idle',
    field: 'cpu.idle',
    read: wholeNumber,
    help: '1: run only when nothing else wants to',
  },
  { name: 'cpuset-cpus', field: 'cpu.cpus', read: asItIs, help: 'CPUs, such as 0-3,7' },
  { name: 'cpuset-mems', field: 'cpu.mems', read: asItIs, help: 'memory nodes' },
  {
    name: 'kernel-memory',
    field: 'memory.kernel',
    read: sizeInBytes,
    help: 'limit of kernel memory, where the kernel has one',
  },
  {
    name: 'kernel-memory-tcp',
    field: 'memory.kernelTCP',
    read: sizeInBytes,
    help: 'limit of buffers of TCP',
  },
  {
    name: 'memory',
    field: 'memory.limit',
    read: sizeInBytes,
    help: 'limit of memory, in bytes; -1 for none',
  },
  {
    name: 'memory-reservation',
    field: 'memory.reservation',
    read: sizeInBytes,
    help: 'soft limit of memory',
  },
  {
    name: 'memory-swap',
    field: 'memory.swap',
    read: sizeInBytes,
    help: 'limit of memory and swap together; -1 for none',
  },
  {
    name: 'pids-limit',
    field: 'pids.limit',
    read: wholeNumber,
    help: 'number of processes; -1 for no limit',
  },
];

const rdtOptions: readonly OptionDeclaration[] = [
  { name: 'l3-cache-schema', takes: 'text', help: 'Intel RDT/CAT (not supported)' },
  { name: 'mem-bw-schema', takes: 'text', help: 'Intel RDT/MBA (not supported)' },
];

/** Options of `update`; those with sizes take `50M` as well. */
export const updateOptions: readonly OptionDeclaration[] = [
  {
    name: 'resources',
    short: 'r',
    takes: 'text',
    help: 'JSON file of "linux.resources", or "-" for standard input; the other options are ignored then',
  },
  ...resourceOptions.map(({ name, help }) => ({ name, takes: 'text' as const, help })),
  ...rdtOptions,
];

/**
 * What the options ask for, as `linux.resources`. An empty option is one that is not there.
 * @throws USAGE
 */
export function resourcesOf(options: GivenOptions): object {
  for (const { name } of rdtOptions) {
    if ((options.text(name) ?? '') !== '') {
      throw usage(`--${name}: Intel RDT is not enabled: berth does not support it`);
    }
  }
  const result: Record<string, Record<string, unknown>> = {};
  for (const { name, field, read } of resourceOptions) {
    const text = options.text(name) ?? '';
    if (text === '') continue;
    const [section = '', key = ''] = field.split('.');
    result[section] = { ...result[section], [key]: read(name, text) };
  }
  return result;
}

function wholeNumber(option: string, text: string): number {
  const number = Number(text);
  if (/^[+-]?\d+$/.test(text) && Number.isSafeInteger(number)) return number;
  throw usage(`invalid value for ${option}: "${text}", wanted a whole number`);
}

function asItIs(_option: string, text: string): string {
  return text;
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
