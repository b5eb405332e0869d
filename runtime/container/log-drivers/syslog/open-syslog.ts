import { hostname } from 'node:os';
import { pid } from 'node:process';
import { existsNow } from '../../../host/exists-now.ts';
import { readFile } from '../../../host/files.ts';
import { connectStream, type StreamPlace, type TlsFiles } from '../../../host/stream-connection.ts';
import { datagramSink } from '../forward/datagram-sink.ts';
import type { LogSink } from '../forward/log-sink.ts';
import { internetAddress, unixAddress } from '../forward/socket-address.ts';
import { streamSink } from '../forward/stream-sink.ts';
import type { ContainerRuntime } from '../../ports.ts';
import { syslogMessage, type SyslogHeader } from './syslog-message.ts';
import {
  syslogAddress,
  syslogFacility,
  syslogFormat,
  type SyslogAddress,
} from './syslog-options.ts';

/** What a connection to a syslog server is opened with. */
export interface SyslogOptions {
  readonly options: Readonly<Record<string, string>>;
  readonly tag: string;
  readonly runtime: Pick<ContainerRuntime, 'sendDatagrams'>;
  readonly markFile: string;
}

const connectTimeoutMs = 10_000;

/** Where a syslog server of this host listens, by the systems that there are. */
const hostSockets = ['/dev/log', '/var/run/syslog', '/var/run/log'];

/** A sink that sends to a syslog server. */
export function openSyslog({ options, tag, runtime, markFile }: SyslogOptions): LogSink {
  const address = addressOf(options);
  const framesLengths =
    address.kind === 'tcp+tls' && (options['syslog-format'] ?? '').startsWith('rfc5424');
  const header: SyslogHeader = {
    format: syslogFormat(options['syslog-format'] ?? '') ?? '',
    facility: syslogFacility(options['syslog-facility'] ?? '') ?? 3,
    ...{ hostname: hostname(), tag, pid },
    framing: framesLengths ? 'lengths' : 'lines',
  };
  const encode = (message: Parameters<typeof syslogMessage>[1]): Buffer | undefined =>
    syslogMessage(header, message);
  if (address.kind === 'udp') {
    const { host, port } = address;
    return datagramSink({ runtime, markFile, encode, address: () => internetAddress(host, port) });
  }
  if (address.kind === 'unix' && address.type === 'datagram') {
    const place = (): Promise<Uint8Array> => Promise.resolve(unixAddress(unixPath(address.path)));
    return datagramSink({ runtime, markFile, encode, address: place });
  }
  const connect = async (): ReturnType<typeof connectStream> =>
    connectStream(await streamPlace(address, options), connectTimeoutMs);
  return streamSink({ markFile, connect, encode });
}

/** Whether the server of a connection answers: what it says when it does not. */
export async function syslogTrouble(
  options: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const address = addressOf(options);
  try {
    if (address.kind === 'udp') await internetAddress(address.host, address.port);
    else if (address.kind === 'unix' && address.type === 'datagram') {
      if (!existsNow(unixPath(address.path))) return 'Unix syslog delivery error';
    } else (await connectStream(await streamPlace(address, options), connectTimeoutMs)).destroy();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function addressOf(options: Readonly<Record<string, string>>): SyslogAddress {
  const address = syslogAddress(options['syslog-address'] ?? '');
  // What is gone since it was looked at is found by sending to it.
  if (typeof address !== 'string') return address;
  const [, kind, path = ''] =
    /^(unix(?:gram)?):\/\/(.*)$/i.exec(options['syslog-address'] ?? '') ?? [];
  return { kind: 'unix', path, type: kind === 'unix' ? 'stream' : 'datagram' };
}

function unixPath(path: string | undefined): string {
  return path ?? hostSockets.find(existsNow) ?? '/dev/log';
}

async function streamPlace(
  address: SyslogAddress,
  options: Readonly<Record<string, string>>,
): Promise<StreamPlace> {
  if (address.kind === 'unix') return { path: unixPath(address.path) };
  const { host, port } = address;
  const name = host === '' ? 'localhost' : host;
  return { host: name, port, ...(address.kind === 'tcp+tls' && { tls: await tlsFiles(options) }) };
}

async function tlsFiles(options: Readonly<Record<string, string>>): Promise<TlsFiles> {
  const text = async (name: string): Promise<string | undefined> => {
    const path = options[name] ?? '';
    return path === '' ? undefined : readFile(path, 'utf8');
  };
  const [ca, cert, key] = await Promise.all(
    ['syslog-tls-ca-cert', 'syslog-tls-cert', 'syslog-tls-key'].map(text),
  );
  return { ca, cert, key, verifies: options['syslog-tls-skip-verify'] === undefined };
}
