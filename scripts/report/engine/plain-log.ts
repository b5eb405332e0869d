import { StdcopyParser } from '../../../runtime/cli/client/stdcopy.ts';

/** The payload of a container's log as the API frames it, standard output and standard error as they came. */
export async function* plainLog(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const parser = new StdcopyParser();
  for await (const chunk of chunks) {
    for (const { data } of parser.push(chunk)) yield data;
  }
}
