import { BerthError } from '../../errors/berth-error.ts';
import type { Console } from '../../host/console.ts';

type PromptConsole = Pick<Console, 'input' | 'output'>;

const lineFeed = 0x0a;

/** Takes bytes from standard input until `isEnd` says so; what came after them stays for the next reader. */
async function readUntil(
  { input }: PromptConsole,
  take: (byte: number) => 'more' | 'end',
): Promise<'ended' | 'closed'> {
  const { stream } = input;
  for (;;) {
    const chunk: unknown = stream.read();
    if (chunk instanceof Uint8Array) {
      const at = chunk.findIndex((byte) => take(byte) === 'end');
      if (at < 0) continue;
      if (at + 1 < chunk.length) stream.unshift(chunk.subarray(at + 1));
      return 'ended';
    }
    if (stream.readableEnded || stream.destroyed) return 'closed';
    await new Promise<void>((resolve) => {
      const settle = (): void => {
        for (const event of ['readable', 'end', 'close']) stream.off(event, settle);
        resolve();
      };
      for (const event of ['readable', 'end', 'close']) stream.on(event, settle);
    });
  }
}

/** Asks, and reads a line; `undefined` when the input has ended without one. */
export async function askLine(
  console: PromptConsole,
  question: string,
): Promise<string | undefined> {
  await console.output.write(question);
  const bytes: number[] = [];
  const how = await readUntil(console, (byte) => {
    if (byte === lineFeed) return 'end';
    bytes.push(byte);
    return 'more';
  });
  const line = Buffer.from(bytes).toString('utf8').replace(/\r$/, '');
  return how === 'closed' && line === '' ? undefined : line;
}

const key = {
  interrupt: 0x03,
  endOfInput: 0x04,
  backspace: 0x08,
  enter: 0x0d,
  eraseLine: 0x15,
  del: 0x7f,
};

/** One more byte of a secret; the keys that edit a line have their usual meaning. */
function typeByte(bytes: number[], byte: number): 'more' | 'end' {
  if (byte === key.interrupt) {
    throw new BerthError('INTERRUPTED', {
      message: 'the question was not answered',
      remedy: 'Run the command again.',
    });
  }
  if (byte === key.enter || byte === lineFeed || byte === key.endOfInput) return 'end';
  if (byte === key.eraseLine) bytes.length = 0;
  // A character of several bytes goes as a whole: its later bytes are 10xxxxxx.
  else if (byte === key.backspace || byte === key.del) {
    while (((bytes.pop() ?? 0) & 0xc0) === 0x80);
  } else bytes.push(byte);
  return 'more';
}

/**
 * Asks for a secret on a terminal, and shows nothing of it.
 *
 * @throws INTERRUPTED for Ctrl-C
 */
export async function askSecret(console: PromptConsole, question: string): Promise<string> {
  const bytes: number[] = [];
  // Before the question: who types as soon as it is there (or pastes) must not be echoed.
  const leaveRawMode = console.input.enterRawMode();
  try {
    await console.output.write(question);
    await readUntil(console, (byte) => typeByte(bytes, byte));
  } finally {
    leaveRawMode();
    await console.output.write('\r\n');
  }
  return Buffer.from(bytes).toString('utf8');
}

/**
 * Asks a question whose usual answer is no.
 *
 * @throws OPTION_INVALID when nobody can answer; `flag` is the option that answers beforehand
 */
export async function confirm(
  console: PromptConsole,
  question: string,
  flag: string,
): Promise<'yes' | 'no'> {
  const answer = await askLine(console, `${question} [y/N] `);
  console.input.release();
  if (answer !== undefined) return /^y(es)?$/i.test(answer.trim()) ? 'yes' : 'no';
  throw new BerthError('OPTION_INVALID', {
    message: 'standard input has ended, wanted an answer to the question',
    remedy: `Add ${flag} if you are sure.`,
  });
}
