import { BerthError } from '../../errors/berth-error.ts';

/** An OPTION_INVALID error: which option has which value, what was wanted, and an example that works. */
export function optionError(
  option: string,
  value: string,
  help: { readonly wanted: string; readonly example: string },
): BerthError {
  return new BerthError('OPTION_INVALID', {
    message: `${option} is '${value}', wanted ${help.wanted}`,
    remedy: `For example: ${option} ${help.example}`,
    details: { option, value },
  });
}
