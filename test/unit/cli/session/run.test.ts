import type { Duplex } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import { run } from '../../../../runtime/cli/verbs/run.ts';
import type { ScriptedAnswer, ScriptedApi, VerbRun } from '../scripted-api.ts';
import { json, runVerb, scriptedApi } from '../scripted-api.ts';

const created = { answer: json(201, { Id: 'abc', Warnings: [] }) };
const removed = { answer: json(204) };
const frame = (stream: number, text: string, length = Buffer.byteLength(text)): Buffer => {
  const header = Buffer.alloc(8);
  header.writeUInt8(stream, 0);
  header.writeUInt32BE(length, 4);
  return Buffer.concat([header, Buffer.from(text)]);
};

const opened: ScriptedApi[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((api) => api.close()));
});

/** Runs against an API with a container `abc` that can be made, attached to and removed; `script` adds the rest. */
async function start(
  line: readonly string[],
  script: Readonly<Record<string, ScriptedAnswer>>,
): Promise<VerbRun & { readonly api: ScriptedApi }> {
  const api = await scriptedApi({
    'POST /containers/create': created,
    'POST /containers/abc/attach': { upgrade: () => undefined },
    'DELETE /containers/abc': removed,
    ...script,
  });
  opened.push(api);
  return { ...runVerb(run, api.socketPath, line), api };
}

/** A wait that has begun, and answers when it is told to. */
function scriptedWait(): { readonly wait: ScriptedAnswer; readonly exit: (code: number) => void } {
  const exits = Promise.withResolvers<number>();
  return {
    wait: {
      answer: (response) => {
        response.flushHeaders();
        void exits.promise.then((StatusCode) => response.end(JSON.stringify({ StatusCode })));
      },
    },
    exit: exits.resolve,
  };
}

/** A container that writes `output` once it is started, and exits. */
function container(output: readonly Buffer[], code: number): Record<string, ScriptedAnswer> {
  const attached = Promise.withResolvers<Duplex>();
  const { wait, exit } = scriptedWait();
  return {
    'POST /containers/abc/attach': { upgrade: attached.resolve },
    'POST /containers/abc/wait': wait,
    'POST /containers/abc/start': {
      answer: (response) => {
        json(204)(response);
        void attached.promise.then((connection) => {
          connection.end(Buffer.concat(output));
          exit(code);
        });
      },
    },
  };
}

describe('berth run', () => {
  test('attaches and waits before it starts, and has the exit code of the container', async () => {
    const { api, console, exitCode } = await start(
      ['image', 'program'],
      container([frame(1, 'out\n'), frame(2, 'err\n')], 7),
    );
    expect(await exitCode).toBe(7);
    expect(console.text()).toEqual({ output: 'out\n', errors: 'err\n' });
    expect(api.requests).toEqual([
      'POST /containers/create',
      'POST /containers/abc/attach',
      'POST /containers/abc/wait',
      'POST /containers/abc/start',
    ]);
    expect(console.listening()).toBe(false);
  });

  test('pulls a missing image, and tries again', async () => {
    let attempts = 0;
    const { api, console, exitCode } = await start(['image:1'], {
      ...container([], 0),
      'POST /containers/create': {
        answer: (response) => {
          attempts += 1;
          if (attempts === 1) json(404, { message: 'No such image: image:1' })(response);
          else created.answer(response);
        },
      },
      'POST /images/create': {
        answer: (response, request) => {
          response.end(JSON.stringify({ status: `asked ${request.url ?? ''}` }));
        },
      },
    });
    expect(await exitCode).toBe(0);
    expect(console.text().errors).toBe(
      "Unable to find image 'image:1' locally\nasked /v1.41/images/create?fromImage=image&tag=1\n",
    );
    expect(api.requests.slice(0, 3)).toEqual([
      'POST /containers/create',
      'POST /images/create',
      'POST /containers/create',
    ]);
  });

  test('with --pull never says what the daemon says, 125', async () => {
    const { console, exitCode } = await start(['--pull', 'never', 'image'], {
      'POST /containers/create': { answer: json(404, { message: 'No such image: image:latest' }) },
    });
    expect(await exitCode).toBe(125);
    expect(console.text().errors).toBe('berth: API_ERROR: No such image: image:latest\n');
  });

  test('a --rm container that does not start is removed', async () => {
    const { api, exitCode } = await start(['--rm', 'image'], {
      ...container([], 0),
      'POST /containers/abc/start': {
        answer: json(400, { message: 'exec: "x": executable file not found in $PATH' }),
      },
    });
    expect(await exitCode).toBe(127);
    expect(api.requests.at(-1)).toBe('DELETE /containers/abc');
  });

  test('a container that does not start stays without --rm', async () => {
    const { api, exitCode } = await start(['image'], {
      ...container([], 0),
      'POST /containers/abc/start': { answer: json(500, { message: 'permission denied' }) },
    });
    expect(await exitCode).toBe(126);
    expect(api.requests.at(-1)).toBe('POST /containers/abc/start');
  });

  test('Ctrl-C before the start leaves nothing, 130', async () => {
    const starting = Promise.withResolvers<undefined>();
    const { api, console, exitCode } = await start(['image'], {
      'POST /containers/abc/wait': scriptedWait().wait,
      'POST /containers/abc/start': {
        answer: () => {
          starting.resolve(undefined);
        },
      },
    });
    await starting.promise;
    console.signal('SIGINT');
    expect(await exitCode).toBe(130);
    expect(api.requests.at(-1)).toBe('DELETE /containers/abc');
  });

  test('signals of a running container are passed on; the third request leaves it', async () => {
    const killed: string[] = [];
    const output = Promise.withResolvers<Duplex>();
    const { api, console, exitCode } = await start(['image'], {
      ...container([], 0),
      'POST /containers/abc/attach': { upgrade: output.resolve },
      'POST /containers/abc/wait': scriptedWait().wait,
      'POST /containers/abc/start': { answer: json(204) },
      'POST /containers/abc/kill': {
        answer: (response, request) => {
          killed.push(new URL(request.url ?? '', 'http://x').searchParams.get('signal') ?? '');
          json(204)(response);
          void output.promise.then((connection) =>
            connection.write(frame(1, `${killed.join()}\n`)),
          );
        },
      },
    });
    (await output.promise).write(frame(1, 'ready\n'));
    for (const [wanted, signal] of [
      ['ready\n', 'SIGHUP'],
      ['SIGHUP\n', 'SIGINT'],
      ['SIGINT\n', 'SIGTERM'],
      ['SIGTERM\n', 'SIGINT'],
    ] as const) {
      await expect.poll(() => console.text().output.endsWith(wanted)).toBe(true);
      console.signal(signal);
    }
    expect(await exitCode).toBe(1);
    expect(killed).toEqual(['SIGHUP', 'SIGINT', 'SIGTERM']);
    expect(api.requests).not.toContain('DELETE /containers/abc');
  });

  test('a daemon that goes away is told, 125, and the container stays', async () => {
    const { api, console, exitCode } = await start(['--rm', 'image'], {
      ...container([frame(1, 'half', 100)], 0),
    });
    expect(await exitCode).toBe(125);
    expect(console.text().output).toBe('half');
    expect(console.text().errors).toContain('API_STREAM_BROKEN');
    expect(api.requests).not.toContain('DELETE /containers/abc');
  });

  test('without a daemon there is a remedy, 125', async () => {
    const { console, exitCode } = runVerb(run, '/no/such.sock', ['image']);
    expect(await exitCode).toBe(125);
    expect(console.text().errors).toBe(
      "berth: DAEMON_UNREACHABLE: no daemon answers at 'unix:///no/such.sock', wanted berth's API there\n  remedy: Start it with: berth up\n",
    );
  });

  test('-it without a terminal is refused before anything is made', async () => {
    const { api, console, exitCode } = await start(['-it', 'image'], {});
    expect(await exitCode).toBe(1);
    expect(console.text().errors).toContain('TERMINAL_MISSING');
    expect(api.requests).toEqual([]);
  });
});
