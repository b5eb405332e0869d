import { BerthError } from '../../errors/berth-error.ts';
import type { Fields } from './fields.ts';
import { fieldsOf } from './fields.ts';

function parseLine(line: string): Fields {
  try {
    return fieldsOf(JSON.parse(line), 'message');
  } catch (cause) {
    throw new BerthError('API_RESPONSE_INVALID', {
      message: `the daemon's message is '${line.slice(0, 80)}', wanted one JSON object a line`,
      details: { problem: 'no-json-line', line: line.slice(0, 80) },
      cause,
    });
  }
}

/**
 * The messages of a stream with one JSON object a line, as pull, load and events send it.
 *
 * @throws API_RESPONSE_INVALID
 */
export async function* jsonMessages(source: AsyncIterable<Uint8Array>): AsyncGenerator<Fields> {
  // A character of several bytes may be cut by the transport: the decoder keeps its first part.
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of source) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield parseLine(line);
  }
  rest += decoder.decode();
  if (rest.trim() !== '') yield parseLine(rest);
}
