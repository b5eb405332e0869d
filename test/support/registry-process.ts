import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** How {@link startRegistryProcess} sets up Debian's docker-registry. */
export interface RegistryOptions {
  /** Where it keeps its blobs; a folder that goes with it unless given. */
  readonly storage?: string;
  /** `auth` section of its configuration. */
  readonly auth?: object;
  /** Paths of a certificate and its key. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** URL of the registry that this one is a pull-through cache of. */
  readonly cacheOf?: string;
  /** A command that executes it, such as nsenter(1) with its options. */
  readonly under?: readonly string[];
  /** Any that is free unless given. */
  readonly port?: number;
}

/** A registry on a free port of loopback. */
export interface RegistryProcess {
  /** `host:port`. */
  readonly host: string;
  /** Ends it, and removes what it has kept unless that has a folder of its own. */
  stop(): Promise<void>;
}

/** Starts Debian's docker-registry (distribution 2.8), and resolves when it listens. */
export async function startRegistryProcess(
  options: RegistryOptions = {},
): Promise<RegistryProcess> {
  const { auth, tls, cacheOf, under = [], port: wanted = 0 } = options;
  const folder = await mkdtemp(join(tmpdir(), 'berth-registry-'));
  const configuration = {
    version: 0.1,
    log: { level: 'info', accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: options.storage ?? join(folder, 'data') },
      delete: { enabled: true },
    },
    http: { addr: `127.0.0.1:${wanted}`, ...(tls && { tls }) },
    ...(auth && { auth }),
    ...(cacheOf !== undefined && { proxy: { remoteurl: cacheOf } }),
  };
  // JSON is YAML too.
  await writeFile(join(folder, 'config.yml'), JSON.stringify(configuration));
  const [file, ...args] = [...under, 'docker-registry', 'serve', join(folder, 'config.yml')];
  const child = spawn(file, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const stop = async (): Promise<void> => {
    const ended = child.exitCode === null ? once(child, 'exit') : undefined;
    child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true });
  };
  let log = '';
  for await (const line of createInterface({ input: child.stderr })) {
    log += `${line}\n`;
    const port = /listening on 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (port === undefined) continue;
    child.stderr.resume();
    return { host: `127.0.0.1:${port}`, stop };
  }
  await stop();
  throw new Error(`docker-registry did not start: ${log}`);
}
