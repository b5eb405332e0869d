import { BerthError } from '../../errors/berth-error.ts';

/** An error about a query parameter that asks for what berth does not have: nothing is ignored silently. */
export function unsupportedParameter(parameter: string, what: string): BerthError {
  return new BerthError('UNSUPPORTED_FIELD', {
    message: `query parameter "${parameter}" is set, but berth has no ${what} yet`,
    remedy: `Leave "${parameter}" out.`,
    details: { field: parameter },
  });
}
