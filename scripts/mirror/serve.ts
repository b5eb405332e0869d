import { mirrorServeMessages as m } from '../../messages/areas/mirror-serve.ts';
import { messageOf } from '../../messages/error-words.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { readFile } from '../../runtime/host/files.ts';
import { BlockList, isIP } from '../../runtime/host/ip-address.ts';
import type { MirrorEvent } from '../../runtime/mirror/mirror-event.ts';
import type { MirrorSettings } from '../../runtime/mirror/mirror-settings.ts';
import { startMirror } from '../../runtime/mirror/start-mirror.ts';
import type { VerbContext } from '../cli/verb.ts';
import { parseServeOptions } from './options.ts';
import type { ServeOptions } from './options.ts';
import { eventJson, renderEvent } from './render-event.ts';

/**
 * Serves until Ctrl-C or SIGTERM. Throws USAGE, DAEMON_CONFIG_INVALID, MIRROR_IN_USE, MIRROR_LISTEN_FAILED.
 */
export async function serve(options: ServeOptions, context: VerbContext): Promise<void> {
  const { clock, console } = context;
  const settings = { ...parseServeOptions(options), tls: await readTls(options) };
  const say = (line: string): void => {
    // Who has closed the pipe does not want to hear more of it.
    console.output.write(`${line}\n`).catch(() => undefined);
  };
  const report = (event: MirrorEvent): void => {
    say(options.json ? eventJson(event, clock.now()) : renderEvent(event));
  };
  for (const warning of warningsOf(settings))
    await console.errors.write(`${m.warning({ text: warning })}\n`);
  const stopped = new Promise<void>((resolve) => {
    const stop = console.onSignal(() => {
      stop();
      resolve();
    });
  });
  const mirror = await startMirror(settings, { clock, report });
  await stopped;
  await mirror.stop();
}

async function readTls(options: ServeOptions): Promise<MirrorSettings['tls']> {
  const { tlsCert, tlsKey } = options;
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new BerthError('USAGE', {
      message: m.tlsAlone({ given: tlsCert === undefined ? 'key' : 'cert' }),
      remedy: m.tlsAloneRemedy(),
    });
  }
  return { certificate: await readPem(tlsCert), key: await readPem(tlsKey) };
}

async function readPem(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new BerthError('USAGE', {
      message: m.pemUnreadable({ path, why: messageOf(error) }),
      remedy: m.pemUnreadableRemedy(),
      cause: error,
    });
  }
}

/** What it means to listen where others can reach it, for who may not have thought of it. */
function warningsOf({ host, tls, localPolicy }: MirrorSettings): readonly string[] {
  if (isLoopback(host)) return [];
  return [
    m.warnOpen(),
    ...(tls === undefined ? [m.warnPlain()] : []),
    ...(localPolicy === 'all' ? [m.warnLocal()] : []),
  ];
}

function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  const loopback = new BlockList();
  loopback.addSubnet('127.0.0.0', 8, 'ipv4');
  loopback.addAddress('::1', 'ipv6');
  const family = isIP(host);
  return family !== 0 && loopback.check(host, family === 4 ? 'ipv4' : 'ipv6');
}
