import { optionError } from './option-error.ts';

/** What `--attach` and `--interactive` connect to. */
export interface AttachedStreams {
  readonly input: 'attached' | 'none';
  readonly output: readonly ('stdout' | 'stderr')[];
}

/**
 * The streams that a `berth run` stays with: those of `--attach`, else all output.
 *
 * @throws OPTION_INVALID
 */
export function attachedStreams({
  attach,
  interactive,
}: {
  readonly attach?: readonly string[];
  readonly interactive?: true;
}): AttachedStreams {
  const names = attach?.map((name) => name.toLowerCase());
  for (const name of names ?? []) {
    if (['stdin', 'stdout', 'stderr'].includes(name)) continue;
    throw optionError('--attach', name, {
      wanted: 'one of stdin, stdout and stderr',
      example: 'stdout',
    });
  }
  const output = (['stdout', 'stderr'] as const).filter((name) => names?.includes(name) ?? true);
  const input = interactive === true || names?.includes('stdin') === true ? 'attached' : 'none';
  return { input, output };
}
