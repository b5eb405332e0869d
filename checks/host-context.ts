import { availableParallelism, hostname, machine, release } from 'node:os';
import { join } from 'node:path';
import { askHttp } from '../runtime/host/ask-http.ts';
import { systemClock } from '../runtime/host/clock.ts';
import { askDnsServer } from '../runtime/host/dns.ts';
import { fileDigest } from '../runtime/host/file-digest.ts';
import {
  hasErrno,
  listFolder,
  mkdtemp,
  orIfMissing,
  readFile,
  readlink,
  rm,
  stat,
  statfs,
} from '../runtime/host/files.ts';
import { requestOverSocket } from '../runtime/host/http-client.ts';
import type { CheckContext, HostFiles, PathKind, Scratch } from './context.ts';

/** What of the context is not simply this machine. */
export type HostContextOptions = Pick<
  CheckContext,
  'run' | 'programs' | 'dataRoot' | 'apiSocket' | 'download' | 'program' | 'engine'
> & {
  /** `slowDnsMs` when absent. */
  readonly dnsTimeoutMs?: number;
};

/** Longer than the slow name servers that people do live with, so that they are named slow and not dead. */
const slowDnsMs = 4000;

/** The context of the machine that berth runs on. */
export function hostContext(options: HostContextOptions): CheckContext {
  return {
    ...options,
    machine: {
      hardware: machine(),
      wordBits: process.arch === 'x64' || process.arch === 'arm64' ? 64 : 32,
      release: release(),
      hostname: hostname(),
      processors: availableParallelism(),
      uid: process.geteuid?.() ?? -1,
    },
    files: hostFiles,
    scratch: hostScratch,
    dnsTimeoutMs: options.dnsTimeoutMs ?? slowDnsMs,
    askDns: askDnsServer,
    askHttp,
    environment: process.env,
    isListening,
    clock: systemClock,
  };
}

/** A process that ends while its files in /proc are read is as good as gone. */
async function orIfGone<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await orIfMissing(promise, undefined);
  } catch (error) {
    if (hasErrno(error, 'ESRCH')) return undefined;
    throw error;
  }
}

/** The files of this machine. */
export /** What others' processes have open is hidden from an ordinary user. */
async function listIfAllowed(path: string): Promise<readonly string[]> {
  return (await orUndefined(listFolder(path), 'EACCES', 'EPERM', 'ESRCH')) ?? [];
}

async function orUndefined<T>(
  promise: Promise<T>,
  ...names: readonly string[]
): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (hasErrno(error, ...names)) return undefined;
    throw error;
  }
}

/** The files of this machine. */
export const hostFiles: HostFiles = {
  readText: (path) => orIfGone(readFile(path, 'utf8')),
  readBytes: (path) => orIfGone(readFile(path)),
  list: listIfAllowed,
  kind: async (path) => {
    const found = await orIfMissing(stat(path), undefined);
    return found && kindOf(found);
  },
  link: async (path) => orUndefined(readlink(path), 'EINVAL', 'EACCES', 'ENOENT', 'ESRCH'),
  digest: (path) => orIfGone(fileDigest(path)),
  room: async (path) => {
    const { bavail, bsize, ffree, files } = await statfs(path);
    return { freeBytes: bavail * bsize, freeInodes: ffree, totalInodes: files };
  },
};

/** What `stat` tells about the type of a file. */
interface FileType {
  isFile(): boolean;
  isDirectory(): boolean;
  isSocket(): boolean;
}

function kindOf(found: FileType): PathKind {
  if (found.isFile()) return 'file';
  if (found.isDirectory()) return 'folder';
  return found.isSocket() ? 'socket' : 'other';
}

const hostScratch: Scratch = {
  make: (parent) => mkdtemp(join(parent, '.berth-check-')),
  remove: (path) => rm(path, { recursive: true, force: true }),
};

const answerTimeoutMs = 2000;

/** Any answer will do, and so will none in time: somebody has taken the connection. */
async function isListening(socketPath: string): Promise<boolean> {
  const signal = AbortSignal.timeout(answerTimeoutMs);
  try {
    const answer = await requestOverSocket({ socketPath, method: 'GET', target: '/_ping', signal });
    answer.body.resume();
    return true;
  } catch (error) {
    return !hasErrno(error, 'ECONNREFUSED', 'ENOENT');
  }
}
