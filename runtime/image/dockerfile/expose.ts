import { changeError } from './change-error.ts';

const highestPort = 65_535;

/**
 * The ports that one word of EXPOSE stands for, as keys of `ExposedPorts`: `80`, `53/udp`, `8000-8003/tcp`. What is in
 * front of a colon names a host's port, which an image has none of.
 *
 * @throws CONFIG_CHANGE_INVALID
 */
export function exposedPorts(word: string): readonly string[] {
  const container = word.slice(word.lastIndexOf(':') + 1);
  const [range = '', protocol = 'tcp', ...more] = container.split('/');
  const lower = protocol === '' ? 'tcp' : protocol.toLowerCase();
  if (more.length > 0 || !['tcp', 'udp', 'sctp'].includes(lower)) {
    throw changeError(`invalid proto: ${[protocol, ...more].join('/')}`, word);
  }
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(range);
  const first = Number(match?.[1]);
  const last = Number(match?.[2] ?? match?.[1]);
  // Also false for NaN.
  if (!(first <= last && last <= highestPort)) {
    throw changeError(
      range === '' ? `no port specified: ${word}<empty>` : `invalid containerPort: ${range}`,
      word,
    );
  }
  return Array.from({ length: last - first + 1 }, (_, i) => `${first + i}/${lower}`);
}
