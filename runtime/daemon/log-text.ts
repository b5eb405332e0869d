/** pino's numbers. */
const levels: Readonly<Record<string, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warning',
  50: 'error',
  60: 'fatal',
};

interface PinoLine {
  readonly time: number;
  readonly level: number;
  readonly msg?: string;
  readonly [key: string]: unknown;
}

/** A JSON line of pino's as `log-format: text` has it: dockerd's `time="..." level=info msg="..." key=value`. */
export function textLine(line: string): string {
  const { time, level, msg = '', ...rest } = JSON.parse(line) as PinoLine;
  const fields = [
    `time=${JSON.stringify(new Date(time).toISOString())}`,
    `level=${levels[String(level)] ?? String(level)}`,
    `msg=${JSON.stringify(msg)}`,
    ...Object.entries(rest).map(([key, value]) => `${key}=${wordOf(value)}`),
  ];
  return `${fields.join(' ')}\n`;
}

function wordOf(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^[\w./:+@-]+$/.test(text) ? text : JSON.stringify(text);
}
