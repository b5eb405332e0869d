import { endingMessages as m } from '../../messages/areas/ending.ts';
import { CommanderError } from 'commander';
import { BerthError } from '../../runtime/errors/berth-error.ts';

/** Codes with which commander ends after it has printed what was asked for. */
const answered = ['commander.help', 'commander.helpDisplayed', 'commander.version'];

/** Whether commander has done all there was to do: printed the help or the version. */
export function isAnswered(error: unknown): boolean {
  return error instanceof CommanderError && answered.includes(error.code);
}

/** Makes a USAGE error of commander's: its message holds the value in quotes and, if there is one, the near miss. */
export function usageErrorOf(error: unknown, verb: string | undefined): unknown {
  if (!(error instanceof CommanderError)) return error;
  const [what = '', ...hints] = error.message.replace(/^error: /, '').split('\n');
  return new BerthError('USAGE', {
    message: [what.replaceAll("'", '"'), ...hints.map((hint) => hint.trim())].join(' '),
    remedy: m.seeHelp({ help: `berth ${verb === undefined ? '' : `${verb} `}--help` }),
    cause: error,
  });
}
