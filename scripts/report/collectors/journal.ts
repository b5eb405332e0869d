import { createHash } from 'node:crypto';
import { reportFindingMessages as m } from '../../../messages/areas/report-findings.ts';
import { reportMessages } from '../../../messages/areas/report.ts';
import { messageOf } from '../../../messages/error-words.ts';
import { isBerthError } from '../../../runtime/errors/berth-error.ts';
import { listFolder } from '../../../runtime/host/files.ts';
import { places } from '../../host/places.ts';
import type { Run } from '../../journal/runs.ts';
import { Journal } from '../../journal/journal.ts';
import type { Collector, CollectorContext } from '../collector.ts';
import { reasonOf, type Evidence } from '../evidence/evidence.ts';

/** What `berth up` has done to this host, step by step. Bytes that undoing would put back are named by their digest. */
export const journalCollector: Collector = {
  id: 'journal',
  title: m.titleJournal,
  holds: 'facts',
  timeoutMs: 10_000,
  async collect(context, evidence) {
    const runs = await readRuns(context, evidence);
    if (runs === undefined) return;
    evidence.fact('runs', runs.length);
    evidence.fact(
      'steps',
      runs.reduce((sum, run) => sum + run.undo.size, 0),
    );
    if (runs.length === 0) evidence.note(reportMessages.notSetUp());
    for (const [index, run] of runs.entries()) {
      evidence.json(`run-${index + 1}.json`, view(run), { title: `${run.begunAt} ${run.phase}` });
    }
    const cut = runs.find(({ phase }) => phase === 'applying' || phase === 'rolling-back');
    if (cut !== undefined)
      addFinding(m.interrupted({ at: cut.begunAt }), m.interruptedRemedy(), evidence);
    const names = await listFolder(context.host.path(places.provisionFolder));
    evidence.text('files.txt', `${names.join('\n')}\n`, { title: places.provisionFolder });
  },
};

async function readRuns(
  { host, clock }: CollectorContext,
  evidence: Evidence,
): Promise<readonly Run[] | undefined> {
  try {
    return (await Journal.look(host, clock)).runs;
  } catch (error) {
    if (isBerthError(error, 'JOURNAL_CORRUPT')) {
      addFinding(m.journalCorrupt({ why: messageOf(error) }), m.journalCorruptRemedy(), evidence);
    } else {
      evidence.note(reportMessages.fileUnreadable({ path: places.journal, why: reasonOf(error) }));
    }
    return undefined;
  }
}

function addFinding(seen: string, remedy: string, evidence: Evidence): void {
  evidence.finding({
    id: 'provision.finished',
    status: 'fail',
    title: m.interruptedTitle(),
    seen,
    remedy,
    evidence: [],
  });
}

function view({ id, begunAt, phase, plan, undo }: Run): unknown {
  const steps = plan.steps.map((step, index) => ({
    step,
    observed: plan.observed[index],
    undo: undo.has(index) ? withoutBytes(undo.get(index)) : 'undone',
  }));
  return { id, begunAt, phase, request: plan.request, steps };
}

/** Captured files may hold anything, in Base64: their digest is enough to tell whether they have come back. */
function withoutBytes(captured: unknown): unknown {
  if (Array.isArray(captured)) return captured.map(withoutBytes);
  if (typeof captured !== 'object' || captured === null) return captured;
  return Object.fromEntries(
    Object.entries(captured).map(([key, value]: [string, unknown]) =>
      key === 'bytes' && typeof value === 'string'
        ? ['sha256', createHash('sha256').update(Buffer.from(value, 'base64')).digest('hex')]
        : [key, withoutBytes(value)],
    ),
  );
}
