import { reportFindingMessages as m } from '../../../messages/areas/report-findings.ts';
import { reportMessages } from '../../../messages/areas/report.ts';
import { segment } from '../../../runtime/cli/client/client.ts';
import {
  fieldsAt,
  fieldsOf,
  flagAt,
  listOf,
  optionalNumber,
  optionalText,
  type Fields,
} from '../../../runtime/cli/client/fields.ts';
import type { Collector, CollectorContext } from '../collector.ts';
import { containersOnDisk } from '../engine/containers-on-disk.ts';
import { plainLog } from '../engine/plain-log.ts';
import { reasonOf, type Evidence } from '../evidence/evidence.ts';

/** Containers that are shown in detail, the newest first. */
const mostContainers = 60;
const logLines = 1000;
const logBytes = 131_072;

/** Every container with its configuration, its state, and what it said last; from the disk when the engine is silent. */
export const containersCollector: Collector = {
  id: 'containers',
  title: m.titleContainers,
  holds: 'facts',
  timeoutMs: 60_000,
  async collect(context, evidence) {
    const { engine, signal } = context;
    if ((await engine.state()).kind !== 'answers') {
      await containersOnDisk(context, evidence);
      return;
    }
    const answer = await engine.json('/containers/json?all=1', signal);
    evidence.json('list.json', answer, { title: 'GET /containers/json?all=1' });
    const all = listOf(answer, 'containers').map((each) => fieldsOf(each, 'container'));
    evidence.fact('containers', all.length);
    const chosen = all.slice(0, mostContainers);
    if (chosen.length < all.length) {
      evidence.note(reportMessages.containersLimited({ shown: chosen.length, total: all.length }));
    }
    for (const container of chosen) await describe(container, { context, evidence });
  },
};

async function describe(
  container: Fields,
  to: { readonly context: CollectorContext; readonly evidence: Evidence },
): Promise<void> {
  const { context, evidence } = to;
  const { engine, request, signal } = context;
  const id = optionalText(container, 'Id');
  const [name = id] = listOf(container['Names'], 'Names').map((each) =>
    String(each).replace(/^\//, ''),
  );
  const folder = `${name}-${id.slice(0, 12)}`;
  const target = `/containers/${segment(id)}`;
  try {
    const detail = fieldsOf(await engine.json(`${target}/json`, signal), 'container');
    evidence.json(`${folder}/inspect.json`, detail, { title: `${name}: GET ${target}/json` });
    addFindings({ name, folder, detail }, evidence);
    if (request.logs === 'omitted') return;
    const since = Math.floor(request.sinceMs / 1000);
    const query = `stdout=1&stderr=1&timestamps=1&tail=${logLines}&since=${since}`;
    const isTerminal = flagAt(fieldsAt(detail, 'Config'), 'Tty');
    const chunks = await engine.stream(`${target}/logs?${query}`, signal);
    const output = { title: `${name}: logs`, keep: 'end', limitBytes: logBytes } as const;
    await evidence.stream(`${folder}/log.txt`, isTerminal ? chunks : plainLog(chunks), output);
  } catch (error) {
    if (signal.aborted) throw error;
    evidence.note(reportMessages.askFailed({ what: name, why: reasonOf(error) }));
  }
}

function addFindings(
  of: { readonly name: string; readonly folder: string; readonly detail: Fields },
  evidence: Evidence,
): void {
  const { name, folder, detail } = of;
  const state = fieldsAt(detail, 'State');
  const files = [`containers/${folder}/inspect.json`, `containers/${folder}/log.txt`];
  const add = (finding: { id: string; title: string; seen: string; remedy: string }): void => {
    evidence.finding({ ...finding, status: 'warn', evidence: files });
  };
  const count = optionalNumber(detail, 'RestartCount');
  if (flagAt(state, 'Restarting') || (count > 0 && !flagAt(state, 'Running'))) {
    const seen = m.restarting({ name, count, exitCode: optionalNumber(state, 'ExitCode') });
    const remedy = m.restartingRemedy({ name });
    add({ id: 'container.restarting', title: m.restartingTitle(), seen, remedy });
  }
  if (flagAt(state, 'OOMKilled')) {
    const [seen, remedy] = [m.oomContainer({ name }), m.oomContainerRemedy()];
    add({ id: 'container.oom', title: m.oomTitle(), seen, remedy });
  }
  if (optionalText(fieldsAt(state, 'Health'), 'Status') === 'unhealthy') {
    const [seen, remedy] = [m.unhealthy({ name }), m.unhealthyRemedy({ name })];
    add({ id: 'container.unhealthy', title: m.unhealthyTitle(), seen, remedy });
  }
}
