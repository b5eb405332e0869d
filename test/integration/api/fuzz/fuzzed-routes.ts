import type { z } from 'zod';

import { authSchema } from '../../../../runtime/api/images/registry-auth.ts';
import type { Route } from '../../../../runtime/api/route.ts';
import {
  execConfigSchema,
  execStartSchema,
} from '../../../../runtime/container/exec/exec-config.ts';
import { createRequestSchema } from '../../../../runtime/container/model/create-request.ts';
import { updateRequestSchema } from '../../../../runtime/container/model/update-request.ts';
import { checkpointCreateSchema } from '../../../../runtime/api/routes/container-checkpoints.ts';
import {
  networkConnectSchema,
  networkCreateSchema,
  networkDisconnectSchema,
} from '../../../../runtime/api/routes/networks.ts';
import { volumeCreateSchema } from '../../../../runtime/api/routes/volumes.ts';

/** What a route takes, as far as one has to know it to send something that gets far. */
export interface FuzzedRoute {
  /** Names of query parameters, with a few values each of their own. */
  readonly query?: Readonly<Record<string, readonly string[]>>;
  readonly body?: z.ZodType | 'archive';
  /** What a body needs to get far. */
  readonly base?: Readonly<Record<string, unknown>>;
  /** It does not end by itself, or waits: its headers are enough. */
  readonly ends?: 'never';
  /** Values that a body must have, so that the machine is not changed for others. */
  readonly fixed?: Readonly<Record<string, unknown>>;
}

const flag = ['', '0', '1', 'true', 'no', 'odd'];
const number = ['', '0', '1', '-1', '65536', '1.5', 'x', '999999999999999999999'];
const time = [
  '',
  '0',
  '1700000000',
  '1700000000.000000001',
  '-1',
  '1h',
  'x',
  '99999999999999999999',
];
const platform = ['linux/amd64', 'linux/arm64', '{"os":"linux"}', '{', 'x', 'a/b/c/d/e'];
/** Nothing listens there, and the proxy of the test is there as well. */
const remote = ['', '127.0.0.1:1/x', '127.0.0.1:1/x:y', 'X', 'a b', '-', '127.0.0.1:1/x@sha256:1'];
const filters = [
  ...['', '{', '[]', 'null', '{"x":["y"]}', '{"label":["a"]}', '{"label":{"a":true}}', '{"a":1}'],
  ...['{"until":["x"]}', '{"until":["10m"]}', '{"dangling":["odd"]}', '{"__proto__":["a"]}'],
  ...['{"name":["("]}', '{"status":["odd"]}', '{"before":["nosuch"]}', '{"reference":["[a"]}'],
  ...['{"exited":["x"]}', '{"health":["x"]}', '{"volume":["/"]}', '{"ancestor":["bb"]}'],
];
const word = ['', 'x', 'bb', 'TERM', '0', '99', 'ctrl-p', 'ctrl-', 'a:b', '/', '../..', 'ü\u0000'];
/** Of the containers of the test, which may be changed there. */
const path = ['', '/', 'tmp', '/tmp/', '/bin/busybox', '/no/such', '/..', 'ü', 'a\u0000b'];
const stop = {
  t: ['', '0', '1', '-5', 'x', '1.5'],
  signal: ['', 'KILL', 'TERM', 'odd', '0', '99'],
};
const streams = { stdout: flag, stderr: flag, stream: flag, stdin: flag, logs: flag };
/** Time of real-time threads is one for the whole machine. */
const resources = { CpuRealtimePeriod: 0, CpuRealtimeRuntime: 0 };

/** Everything that berth answers, by method and path; a new route is one more line. */
export const fuzzedRoutes: Readonly<Record<string, FuzzedRoute>> = {
  'GET /_ping': {},
  'HEAD /_ping': {},
  'OPTIONS /*': {},
  'GET /version': {},
  'GET /info': {},
  'GET /metrics': {},
  'GET /system/df': { query: { type: ['container', 'image', 'volume', 'build-cache', 'odd'] } },
  'GET /events': { query: { filters, since: time, until: time }, ends: 'never' },
  'POST /auth': { body: authSchema, fixed: { serveraddress: '127.0.0.1:1' } },

  'GET /images/json': {
    query: {
      filters,
      all: flag,
      'shared-size': flag,
      manifests: flag,
      digests: flag,
      filter: word,
    },
  },
  'GET /images/search': { query: { term: remote, limit: number, filters } },
  'POST /images/create': {
    query: {
      fromImage: remote,
      fromSrc: ['', '-', 'http://127.0.0.1:1/x'],
      tag: word,
      repo: word,
      platform,
      changes: ['CMD x', 'ODD', 'ENV'],
      message: word,
    },
    body: 'archive',
  },
  'POST /images/load': { query: { quiet: flag, platform }, body: 'archive' },
  'GET /images/get': { query: { names: word, platform } },
  'GET /images/:name/get': { query: { platform } },
  'GET /images/:name/json': { query: { manifests: flag, platform } },
  'GET /images/:name/history': { query: { platform } },
  'POST /images/:name/tag': { query: { repo: word, tag: word } },
  'POST /images/:name/push': { query: { tag: word, platform } },
  'DELETE /images/:name': { query: { force: flag, noprune: flag, platforms: platform } },
  'POST /images/prune': { query: { filters } },
  'GET /distribution/:name/json': {},
  'GET /berth/manifests/:name': {},
  'GET /berth/mirrors': {},
  'DELETE /berth/mirrors': { query: { source: word } },

  'GET /containers/json': { query: { filters, all: flag, limit: number, size: flag } },
  'POST /containers/create': {
    query: { name: word, platform },
    body: createRequestSchema,
    base: { Image: 'bb' },
    fixed: resources,
  },
  'GET /containers/:name/json': { query: { size: flag } },
  'POST /containers/:name/start': {
    query: { checkpoint: word, 'checkpoint-dir': word, detachKeys: word },
  },
  'GET /containers/:name/checkpoints': { query: { dir: word } },
  'POST /containers/:name/checkpoints': { body: checkpointCreateSchema },
  'DELETE /containers/:name/checkpoints/:checkpoint': { query: { dir: word } },
  'POST /containers/:name/stop': { query: stop },
  'POST /containers/:name/restart': { query: stop },
  'POST /containers/:name/kill': { query: { signal: stop.signal } },
  'POST /containers/:name/rename': { query: { name: word } },
  'POST /containers/:name/resize': { query: { h: number, w: number } },
  'DELETE /containers/:name': { query: { force: flag, v: flag, link: flag } },
  'GET /containers/:name/:alias/json': { query: { size: flag } },
  'DELETE /containers/:name/:alias': { query: { force: flag, v: flag, link: flag } },
  'POST /containers/:name/pause': {},
  'POST /containers/:name/unpause': {},
  'POST /containers/prune': { query: { filters } },
  'POST /containers/:name/update': { body: updateRequestSchema, fixed: resources },
  'GET /containers/:name/stats': { query: { stream: flag, 'one-shot': flag }, ends: 'never' },
  'GET /containers/:name/top': { query: { ps_args: ['', 'aux', '-o pid', '--odd', '-ef; x'] } },
  'GET /containers/:name/changes': {},
  'GET /containers/:name/export': {},
  'POST /commit': {
    query: {
      container: ['live', 'still', 'nosuch'],
      repo: word,
      tag: word,
      author: word,
      comment: word,
      pause: flag,
      changes: ['CMD x', 'ODD', 'LABEL a=b'],
    },
    body: createRequestSchema,
    fixed: resources,
  },
  'GET /containers/:name/logs': {
    query: {
      ...streams,
      follow: flag,
      since: time,
      until: time,
      tail: number,
      timestamps: flag,
      details: flag,
    },
    ends: 'never',
  },
  'POST /containers/:name/attach': { query: { ...streams, detachKeys: word }, ends: 'never' },
  // A request that asks for no upgrade.
  'GET /containers/:name/attach/ws': { query: { ...streams, detachKeys: word }, ends: 'never' },
  'HEAD /containers/:name/archive': { query: { path } },
  'GET /containers/:name/archive': { query: { path } },
  'PUT /containers/:name/archive': {
    query: { path, noOverwriteDirNonDir: flag, copyUIDGID: flag },
    body: 'archive',
  },
  'POST /containers/:name/wait': {
    query: { condition: ['', 'not-running', 'next-exit', 'removed', 'odd'] },
    ends: 'never',
  },
  'POST /containers/:name/exec': { body: execConfigSchema, base: { Cmd: ['true'] } },
  'POST /exec/:name/start': { body: execStartSchema, ends: 'never' },
  // For a size that is one it waits ten seconds until the exec is started.
  'POST /exec/:name/resize': { query: { h: number, w: ['', '-1', '65536', 'x'] } },
  'GET /exec/:name/json': {},

  'GET /volumes': { query: { filters } },
  'POST /volumes/create': { body: volumeCreateSchema },
  'POST /volumes/prune': { query: { filters } },
  'GET /networks': { query: { filters } },
  'GET /networks/': { query: { filters } },
  'GET /networks/:name': { query: { verbose: flag, scope: ['', 'local', 'swarm', 'x'] } },
  // A configuration for others, which has nothing on the machine that all tests share.
  'POST /networks/create': { body: networkCreateSchema, fixed: { ConfigOnly: true } },
  'POST /networks/:name/connect': { body: networkConnectSchema },
  'POST /networks/:name/disconnect': { body: networkDisconnectSchema },
  'DELETE /networks/:name': {},
  'POST /networks/prune': { query: { filters } },
  'POST /berth/networks/withdraw': {},
  'POST /build/prune': { query: { filters, all: flag } },
  'GET /volumes/:name': {},
  'DELETE /volumes/:name': { query: { force: flag } },
};

/** How a route is called in the table above. */
export const routeKey = ({ method, path }: Pick<Route, 'method' | 'path'>): string =>
  `${method} ${path}`;
