import type { LogMessage } from '../forward/log-message.ts';
import type { SyslogFormat } from './syslog-options.ts';

/** Severities (RFC 5424, table 2). */
const severities = { stdout: 6, stderr: 3 } as const;

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** What every message of a container has. */
export interface SyslogHeader {
  readonly format: SyslogFormat;
  readonly facility: number;
  readonly hostname: string;
  readonly tag: string;
  /** Process id of the sender. */
  readonly pid: number;
  /** `lines`: each ends with a newline. `lengths`: each comes behind its length (RFC 5425, section 4.3). */
  readonly framing: 'lines' | 'lengths';
}

/** A message, with its frame; `undefined` for an empty line, which Docker does not send. */
export function syslogMessage(header: SyslogHeader, message: LogMessage): Buffer | undefined {
  if (message.text.length === 0) return undefined;
  const { facility, framing } = header;
  const priority = facility * 8 + severities[message.stream];
  const head = Buffer.from(`<${priority}>${beforeText(header, message.time)}`);
  const all = Buffer.concat([head, message.text, ...(framing === 'lines' ? [newline] : [])]);
  return framing === 'lines' ? all : Buffer.concat([Buffer.from(`${all.length} `), all]);
}

const newline = Buffer.from('\n');

function beforeText({ format, hostname, tag, pid }: SyslogHeader, time: string): string {
  switch (format) {
    case '':
      return `${shortTime(time)} ${tag}[${pid}]: `;
    case 'rfc3164':
      return `${shortTime(time)} ${hostname} ${tag}[${pid}]: `;
    case 'rfc5424':
      return `1 ${localTime(time, 0)} ${hostname} ${tag} ${pid} ${tag} - `;
    case 'rfc5424micro':
      return `1 ${localTime(time, 6)} ${hostname} ${tag} ${pid} ${tag} - `;
  }
}

const two = (value: number): string => String(value).padStart(2, '0');

/** RFC 3164, section 4.1.2: local time, without a year. */
function shortTime(time: string): string {
  const date = new Date(time);
  const day = String(date.getDate()).padStart(2, ' ');
  return `${months[date.getMonth()] ?? ''} ${day} ${clock(date)}`;
}

function clock(date: Date): string {
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
}

/** RFC 3339 in local time, with so many digits of a second. */
function localTime(time: string, digits: number): string {
  const date = new Date(time);
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  const fraction = digits === 0 ? '' : `.${time.slice(20, 20 + digits)}`;
  const offset = -date.getTimezoneOffset();
  const away = Math.abs(offset);
  const zone =
    offset === 0 ? 'Z' : `${offset < 0 ? '-' : '+'}${two(Math.trunc(away / 60))}:${two(away % 60)}`;
  return `${day}T${clock(date)}${fraction}${zone}`;
}
