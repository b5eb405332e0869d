import { provisioningMessages as m } from '../../messages/areas/provisioning.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import type { VerbContext } from '../cli/verb.ts';

/** A yes-or-no question. */
export interface Question {
  readonly message: string;
  /** What Enter means. */
  readonly usually: 'yes' | 'no';
  /**
   * What to do where nobody can be asked. `go-on`: everything can be undone, so it is as if yes had been said.
   * `refuse`: something would be lost for good, so only a flag may say yes.
   */
  readonly unattended: 'go-on' | 'refuse';
}

/**
 * Asks, unless `--yes` has answered. Returns whether to go on. Throws USAGE where nobody can be asked and the question
 * does not allow to go on, INTERRUPTED for Ctrl-C.
 */
export async function confirmed(
  question: Question,
  options: { readonly context: VerbContext; readonly yes: true | undefined },
): Promise<boolean> {
  const { console, signal } = options.context;
  if (options.yes) return true;
  if (!console.input.isTerminal || !console.output.isTerminal) {
    if (question.unattended === 'go-on') return true;
    throw new BerthError('USAGE', {
      message: m.noTerminal({ question: question.message }),
      remedy: m.addYes(),
    });
  }
  const { default: inquirer } = await import('inquirer');
  try {
    const answer = await inquirer.prompt<{ go: boolean }>(
      [
        {
          type: 'confirm',
          name: 'go',
          message: question.message,
          default: question.usually === 'yes',
        },
      ],
      undefined,
    );
    return answer.go;
  } catch (error) {
    // inquirer takes Ctrl-C itself while it asks, and knows no other way out.
    if (signal.aborted) throw signal.reason;
    throw new BerthError('INTERRUPTED', {
      message: m.unanswered(),
      remedy: m.answerBeforehand(),
      cause: error,
    });
  }
}
