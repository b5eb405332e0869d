import { reportMessages as m } from '../../../messages/areas/report.ts';
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
    if (bytes > mostBytes) throw invalid(target, m.engineMoreThan({ bytes: mostBytes }));
  }
  const text = Buffer.concat(chunks).toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(target, `'${text.slice(0, 80)}'`);
  }
}

function invalid(target: string, answered: string): BerthError {
  const message = m.engineAnsweredNoJson({ answered, target });
  return new BerthError('API_RESPONSE_INVALID', { message, details: { target } });
}
