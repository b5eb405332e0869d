import type { LimitReport } from '../ports.ts';

const missing = 'or the cgroup is not mounted.';

/** Docker's words for what a host cannot do, by the field of `linux.resources`; the first that fits counts. */
const words: readonly (readonly [RegExp, string])[] = [
  [
    /^memory\.limit$/,
    `Your kernel does not support memory limit capabilities ${missing} Limitation discarded.`,
  ],
  [
    /^memory\.swap$/,
    `Your kernel does not support swap limit capabilities ${missing} Memory limited without swap.`,
  ],
  [
    /^memory\.swappiness$/,
    `Your kernel does not support memory swappiness capabilities ${missing} Memory swappiness discarded.`,
  ],
  [
    /^memory\.reservation$/,
    `Your kernel does not support memory soft limit capabilities ${missing} Limitation discarded.`,
  ],
  [
    /^memory\.disableOOMKiller$/,
    'Your kernel does not support OomKillDisable. OomKillDisable discarded.',
  ],
  [
    /^pids\./,
    `Your kernel does not support PIDs limit capabilities ${missing} PIDs limit discarded.`,
  ],
  [/^cpu\.shares$/, `Your kernel does not support CPU shares ${missing} Shares discarded.`],
  [
    /^cpu\.(?:period|quota)$/,
    'Your kernel does not support CPU CFS scheduler. CPU period/quota discarded.',
  ],
  [/^cpu\.(?:cpus|mems)$/, `Your kernel does not support cpuset ${missing} Cpuset discarded.`],
  [
    /^blockIO\.weight$/,
    `Your kernel does not support Block I/O weight ${missing} Weight discarded.`,
  ],
  [
    /^blockIO\.weightDevice/,
    `Your kernel does not support Block I/O weight_device ${missing} Weight-device discarded.`,
  ],
  [
    /^blockIO\.throttleReadBps/,
    `Your kernel does not support BPS Block I/O read limit ${missing} Block I/O BPS read limit discarded.`,
  ],
  [
    /^blockIO\.throttleWriteBps/,
    `Your kernel does not support BPS Block I/O write limit ${missing} Block I/O BPS write limit discarded.`,
  ],
  [
    /^blockIO\.throttleReadIOPS/,
    `Your kernel does not support IOPS Block read limit ${missing} Block I/O IOPS read limit discarded.`,
  ],
  [
    /^blockIO\.throttleWriteIOPS/,
    `Your kernel does not support IOPS Block write limit ${missing} Block I/O IOPS write limit discarded.`,
  ],
];

/** What a client is told of limits that do nothing here, each once. */
export function limitWarnings(reports: readonly LimitReport[]): readonly string[] {
  const said = reports.map(({ field, reason }) => {
    const name = field.replace('linux.resources.', '');
    return words.find(([pattern]) => pattern.test(name))?.[1] ?? `"${name}": ${reason}`;
  });
  return [...new Set(said)];
}
