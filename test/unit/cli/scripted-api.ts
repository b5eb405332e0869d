import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { Command } from 'commander';
import type { EngineVerb } from '../../../runtime/cli/verb.ts';
import type { MemoryConsole } from './memory-console.ts';
import { memoryConsole } from './memory-console.ts';

/** What the API answers to one kind of request; attach gets the raw connection. */
export interface ScriptedAnswer {
  readonly answer?: (response: ServerResponse, request: IncomingMessage) => void;
  readonly upgrade?: (connection: Duplex) => void;
}

/** An API that does what a test says: for the moments that a real daemon does not stop at. */
export interface ScriptedApi {
  readonly socketPath: string;
  /** `POST /containers/x/start`, without version and query, in the order they came. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** Answers with JSON. */
export const json =
  (status: number, value?: unknown) =>
  (response: ServerResponse): void => {
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(value === undefined ? undefined : JSON.stringify(value));
  };

const keyOf = (request: IncomingMessage): string =>
  `${request.method ?? ''} ${(request.url ?? '').replace(/^\/v[\d.]+/, '').replace(/\?.*/, '')}`;

/** Starts an API of a version, with an answer for each request it will get; all others get 404. */
export async function scriptedApi(
  script: Readonly<Record<string, ScriptedAnswer>>,
  version = '1.41',
): Promise<ScriptedApi> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-scripted-'));
  const socketPath = join(folder, 'api.sock');
  const requests: string[] = [];
  // The server counts them among its connections, and does not close them.
  const upgraded: Duplex[] = [];
  const server = createServer((request, response) => {
    const key = keyOf(request);
    if (key !== 'HEAD /_ping') requests.push(key);
    response.setHeader('Api-Version', version);
    response.setHeader('Ostype', 'linux');
    const { answer } = script[key] ?? {};
    if (key === 'HEAD /_ping') response.end();
    else if (answer === undefined) json(404, { message: `No such thing: ${key}` })(response);
    else answer(response, request);
  });
  server.on('upgrade', (request: IncomingMessage, connection: Duplex) => {
    requests.push(keyOf(request));
    upgraded.push(connection);
    connection.on('error', () => undefined);
    connection.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n');
    script[keyOf(request)]?.upgrade?.(connection);
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    socketPath,
    requests,
    close: async () => {
      server.closeAllConnections();
      for (const connection of upgraded) connection.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
}

/** A verb under way on a console in memory. */
export interface VerbRun {
  readonly console: MemoryConsole;
  readonly exitCode: Promise<number>;
}

/** What a verb finds around it, besides its command line. */
export interface VerbSurroundings {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: 'pipe' | 'terminal';
}

/** Runs a verb with a command line against an API, as main would. */
export function runVerb(
  verb: EngineVerb,
  socketPath: string,
  line: readonly string[],
  { env = {}, input = 'pipe' }: VerbSurroundings = {},
): VerbRun {
  const console = memoryConsole(input);
  const program = new Command().enablePositionalOptions();
  const command = program.command('verb');
  verb.define(command);
  const context = {
    console,
    env: { ...env, BERTH_HOST: `unix://${socketPath}` },
    workingDirectory: '/',
    clock: { now: () => 0, sleep: () => Promise.resolve() },
  };
  const exitCode = new Promise<number>((resolve, reject) => {
    command.action(() => verb.run(context, command).then(resolve, reject));
    program.parseAsync(['verb', ...line], { from: 'user' }).catch(reject);
  });
  return { console, exitCode };
}
