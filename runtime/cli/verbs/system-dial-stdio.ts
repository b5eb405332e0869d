import { pipeline } from 'node:stream/promises';
import { hasErrno } from '../../host/files.ts';
import { connectUnix } from '../../host/sockets.ts';
import { connectionFailure } from '../client/failure.ts';
import { defineVerb } from '../verb.ts';

/** `berth system dial-stdio`: passes standard input and output on to the daemon's socket; `ssh://` runs it. */
export const systemDialStdio = defineVerb<object>({
  define: () => undefined,
  run: async ({ context, client }) => {
    const { endpoint } = client;
    const stream = endpoint.connect?.() ?? (await connectUnix(endpoint.socketPath));
    if (stream === undefined) {
      throw connectionFailure(
        endpoint,
        Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
      );
    }
    const { input, output } = context.console;
    const sending = pipeline(input.stream, stream, { end: true }).catch((error: unknown) => {
      if (!hasErrno(error, 'EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE')) throw error;
    });
    for await (const chunk of stream) await output.write(chunk as Uint8Array);
    input.release();
    stream.destroy();
    await sending;
    return 0;
  },
});
