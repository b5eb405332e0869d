import { spawn } from 'node:child_process';
import { Duplex } from 'node:stream';

/**
 * Starts a program, without a shell, whose input and output are a connection; what it says of errors goes to this
 * process's own. Destroying the stream ends it.
 */
export function processStream(argv: readonly [string, ...string[]]): Duplex {
  const [program, ...args] = argv;
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  // Node's own streams are such a pair, too; its types know only those of the web.
  const pair: unknown = { readable: child.stdout, writable: child.stdin };
  const stream = Duplex.from(pair as Parameters<typeof Duplex.from>[0]);
  child.once('error', (error) => stream.destroy(error));
  stream.once('close', () => child.kill('SIGTERM'));
  return stream;
}
