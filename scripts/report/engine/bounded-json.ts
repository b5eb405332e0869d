import { BerthError } from '../../../runtime/errors/berth-error.ts';

/** The longest answer that is read as a whole, in bytes: `docker inspect` of a container has some 10 KiB. */
const mostBytes = 8_388_608;

/** Reads a body as JSON. Throws API_RESPONSE_INVALID when it is none, or longer than any answer. */
export async function boundedJson(
  body: AsyncIterable<Uint8Array>,
  target: string,
): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > mostBytes) throw invalid(target, `more than ${mostBytes} bytes`);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(target, `'${text.slice(0, 80)}'`);
  }
}

function invalid(target: string, answered: string): BerthError {
  // The engine's own words for this, which stay English as all that its API says.
  const message = `the engine answered ${answered} to GET ${target}, wanted JSON`;
  return new BerthError('API_RESPONSE_INVALID', { message, details: { target } });
}
