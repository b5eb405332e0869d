import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { removeTree } from '../../support/remove-tree.ts';

const repository = join(import.meta.dirname, '../../..');
/** What Node.js loads of itself for those who import it by name: more of it makes the first answer late. */
const cheapBuiltins = ['node:fs', 'node:fs/promises', 'node:net', 'node:path'];
/** Half a millisecond each; what is needed for sockets, arguments and the answer to a ping has some twenty-five. */
const mostFiles = 30;

/** Tells each module that is loaded, on standard output, and ends the process as soon as anything listens. */
const preload = `
const { registerHooks } = require('node:module');
const { writeSync } = require('node:fs');
const { Server } = require('node:net');
registerHooks({
  load: (url, context, next) => {
    writeSync(1, url + '\\n');
    return next(url, context);
  },
});
const listen = Server.prototype.listen;
Server.prototype.listen = function (...where) {
  this.once('listening', () => process.exit(0));
  return listen.apply(this, where);
};
`;

let root: string;
let loaded: readonly string[];

/** Starts berthd, and gives the modules that it has loaded when it listens; Node's own with `node:`. */
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'berth-early-'));
  const [config, hook] = [join(root, 'daemon.json'), join(root, 'preload.cjs')];
  const folders = { 'data-root': join(root, 'data'), 'exec-root': join(root, 'run') };
  const hosts = [`unix://${join(root, 'api.sock')}`];
  writeFileSync(config, JSON.stringify({ ...folders, hosts, group: 'root' }));
  writeFileSync(hook, preload);
  const program = join(repository, 'runtime/daemon.ts');
  const told = execFileSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--require', hook, program, '--config', config],
    { encoding: 'utf8' },
  );
  loaded = told.trim().split('\n');
});
afterAll(() => {
  removeTree(root);
});

describe('what berthd loads before it listens', () => {
  const files = (): readonly string[] =>
    loaded
      .filter((url) => url.startsWith('file:'))
      .map((url) => relative(repository, new URL(url).pathname));

  test('is what takes connections and answers a ping', () => {
    expect(files()).toContain('runtime/api/listener.ts');
    expect(files()).toContain('runtime/api/http/ping.ts');
    expect(files().length, files().join('\n')).toBeLessThanOrEqual(mostFiles);
  });

  test('has no library, and nothing that only errors and the engine need', () => {
    const late = /^node_modules\/|^runtime\/(?:syscall|container|image|network|errors\/areas)\//;
    expect(files().filter((path) => late.test(path))).toEqual([]);
  });

  test('imports nothing of Node.js by name that loads a library of its own for that', () => {
    const builtins = loaded.filter((url) => url.startsWith('node:'));
    expect(builtins.filter((name) => !cheapBuiltins.includes(name))).toEqual([]);
  });
});
