const newline = 0x0a;

/**
 * The output of a container out of the log that its monitor writes, a line of JSON for each line (runtime/launch), for when no
 * engine is there to be asked. The chunks may begin in the midst of a line; what cannot be understood is left out.
 */
export async function* logOnDisk(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([rest, chunk]);
    const end = bytes.lastIndexOf(newline) + 1;
    rest = bytes.subarray(end);
    const text = bytes.toString('utf8', 0, end).split('\n').map(outputOf).join('');
    if (text !== '') yield Buffer.from(text);
  }
}

function outputOf(line: string): string {
  try {
    const { log } = JSON.parse(line) as { readonly log?: unknown };
    return typeof log === 'string' ? log : '';
  } catch {
    return '';
  }
}
