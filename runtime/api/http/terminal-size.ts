import type { TerminalSize } from '../../container/lifecycle/resize-terminal.ts';
import { BerthError } from '../../errors/berth-error.ts';
import type { Query } from './query.ts';

/** The size that `h` and `w` ask for. @throws API_REQUEST_INVALID in Docker's words */
export function terminalSize(query: Query): TerminalSize {
  return { rows: side(query, 'h', 'height'), columns: side(query, 'w', 'width') };
}

/** Characters, as the kernel keeps them: 16 bits. */
function side(query: Query, name: 'h' | 'w', shown: string): number {
  const text = query.text(name);
  const isNumber = /^-?\d+$/.test(text);
  if (isNumber && !text.startsWith('-') && Number(text) <= 0xffff) return Number(text);
  const why = isNumber ? 'value out of range' : 'invalid syntax';
  throw new BerthError('API_REQUEST_INVALID', {
    message: `invalid resize ${shown} "${text}": ${why}`,
    remedy: 'Give both, "h" and "w", from 0 to 65535.',
    details: { parameter: name, value: text },
  });
}
