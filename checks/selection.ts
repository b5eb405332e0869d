import { checkMessages as m } from '../messages/areas/checks.ts';
import { BerthError } from '../runtime/errors/berth-error.ts';
import type { Check } from './check.ts';
import type { Waiver } from './finding.ts';
import { nearestName } from '../runtime/errors/nearest-name.ts';

/** One check that is not to run, and why the user accepts that. */
export interface SkipRequest {
  readonly id: string;
  readonly reason: string;
  /** Where it was said, and until when it holds; the command line, and for this time, when absent. */
  readonly waiver?: Pick<Waiver, 'from' | 'until'>;
}

/** Which checks to run: all, or those in `only`; never those in `skip`. */
export interface CheckSelection {
  readonly only?: readonly string[];
  readonly skip?: readonly SkipRequest[];
}

/** A check of the run, with the reason for not running it when there is one. */
export interface SelectedCheck {
  readonly check: Check;
  readonly waiver?: Waiver;
}

/** The check without which privileged probes cannot run. */
const rootCheck = 'root';

/**
 * Chooses checks in the table's order. Privileged probes bring the root check with them: alone, they would be
 * skipped for an ordinary user and `berth check --only fs.overlay` would succeed without having looked.
 *
 * @throws BerthError CHECK_UNKNOWN for a name that is not in the table; CHECK_SKIP_INVALID for a skip without a
 * reason or of a check that `only` asks for.
 */
export function selectChecks(
  table: readonly Check[],
  selection: CheckSelection,
): readonly SelectedCheck[] {
  const waivers = new Map<string, Waiver>();
  for (const { id, reason, waiver = { from: '--skip' } } of selection.skip ?? []) {
    requireKnown(table, id);
    waivers.set(id, { ...waiver, reason: requireReason(id, reason) });
  }
  const only = new Set(selection.only ?? table.map(({ id }) => id));
  for (const id of only) {
    requireKnown(table, id);
    if (selection.only && waivers.get(id)?.from === '--skip') throw contradiction(id);
  }
  const needsRoot = table.some(({ id, privilege }) => only.has(id) && privilege === 'root');
  if (needsRoot) only.add(rootCheck);
  return table
    .filter(({ id }) => only.has(id))
    .map((check) => {
      const waiver = waivers.get(check.id);
      return waiver === undefined ? { check } : { check, waiver };
    });
}

function requireKnown(table: readonly Check[], id: string): void {
  const ids = table.map((check) => check.id);
  if (ids.includes(id)) return;
  const near = nearestName(id, ids);
  throw new BerthError('CHECK_UNKNOWN', {
    message: m.unknownCheck({ id, known: ids.join(', ') }),
    remedy: near === undefined ? m.takeFromList() : m.didYouMean({ near }),
    details: { id, ...(near === undefined ? {} : { near }) },
  });
}

function requireReason(id: string, reason: string): string {
  const trimmed = reason.trim();
  if (trimmed !== '') return trimmed;
  throw new BerthError('CHECK_SKIP_INVALID', {
    message: m.skipWithoutReason({ id }),
    remedy: m.sayWhy(),
    details: { id },
  });
}

function contradiction(id: string): BerthError {
  return new BerthError('CHECK_SKIP_INVALID', {
    message: m.onlyAndSkip({ id }),
    remedy: m.leaveOutOne(),
    details: { id },
  });
}
