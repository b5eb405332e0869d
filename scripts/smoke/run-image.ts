import type { ApiClient } from '../../runtime/cli/client/client.ts';
import { segment } from '../../runtime/cli/client/client.ts';
import { fieldsOf, numberAt, textAt } from '../../runtime/cli/client/fields.ts';
import { StdcopyParser } from '../../runtime/cli/client/stdcopy.ts';

/** How a container of the smoke test ended. */
export interface HelloRun {
  readonly exitCode: number;
  /** All it wrote to standard output. */
  readonly output: string;
  readonly errors: string;
}

/** Label of its containers: one that a kill has left is known by it. */
export const smokeLabel = 'berth.smoke-test';

/** Long enough for a slow disk, short enough not to hang an installation, in milliseconds. */
const timeoutMs = 60_000;

/**
 * Creates, starts, waits for, reads and removes one container of `image`, as any client of the API would. Throws what
 * the API answers; the container is removed whatever happens.
 */
export async function runImage(
  client: ApiClient,
  image: string,
  stop: AbortSignal,
): Promise<HelloRun> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(timeoutMs)]);
  const created = await client.json({
    method: 'POST',
    path: '/containers/create',
    body: { Image: image, Labels: { [smokeLabel]: '1' }, HostConfig: { NetworkMode: 'none' } },
    signal,
  });
  const path = `/containers/${segment(textAt(fieldsOf(created, 'container'), 'Id'))}`;
  try {
    await client.text({ method: 'POST', path: `${path}/start`, signal });
    const ended = await client.json({ method: 'POST', path: `${path}/wait`, signal });
    const exitCode = numberAt(fieldsOf(ended, 'wait'), 'StatusCode');
    return { exitCode, ...(await readLogs(client, path, signal)) };
  } finally {
    await client.text({ method: 'DELETE', path, query: { force: 1, v: 1 } });
  }
}

async function readLogs(
  client: ApiClient,
  path: string,
  signal: AbortSignal,
): Promise<Pick<HelloRun, 'output' | 'errors'>> {
  const parser = new StdcopyParser();
  const pieces = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  const query = { stdout: 1, stderr: 1 };
  const stream = await client.stream({ method: 'GET', path: `${path}/logs`, query, signal });
  for await (const chunk of stream) {
    for (const { stream: name, data } of parser.push(chunk)) {
      pieces[name === 'stdout' ? 'stdout' : 'stderr'].push(Uint8Array.from(data));
    }
  }
  parser.end();
  return {
    output: Buffer.concat(pieces.stdout).toString('utf8'),
    errors: Buffer.concat(pieces.stderr).toString('utf8'),
  };
}
