import { reportFindingMessages as m } from '../../../messages/areas/report-findings.ts';
import { reportMessages } from '../../../messages/areas/report.ts';
import { fieldsOf, optionalNumber, optionalText } from '../../../runtime/cli/client/fields.ts';
import { places, serviceName } from '../../host/places.ts';
import { readSupervisor } from '../../supervisor/supervisor.ts';
import { detectServiceManager } from '../../services/detect.ts';
import type { Collector, CollectorContext } from '../collector.ts';
import type { EngineProbe, EngineState } from '../engine/engine-probe.ts';
import { reasonOf, type Evidence } from '../evidence/evidence.ts';

/** Configuration of berth's daemon, and of others that may be in its way. */
const files = [
  places.daemonConfig,
  places.daemonEnvironment,
  places.systemdUnit,
  places.systemdSocket,
  places.openrcScript,
  places.supervisedService,
  places.sysctlFile,
  places.modulesFile,
  '/etc/docker/daemon.json',
  '/etc/containerd/config.toml',
];

/** Whether the engine answers, what it says of itself, its configuration and its service. */
export const engineCollector: Collector = {
  id: 'engine',
  title: m.titleEngine,
  holds: 'facts',
  timeoutMs: 30_000,
  async collect(context, evidence) {
    const { engine, host, signal } = context;
    for (const path of files) await evidence.file(host, path);
    const state = await engine.state();
    evidence.fact('state', state.kind);
    evidence.fact('socket', engine.socketPath);
    addFinding(engine, { state, evidence });
    if (state.kind === 'answers') await askEngine(context, evidence);
    await service(context, evidence);
    await evidence.command('socket.txt', ['ls', '-lan', places.runFolder], { signal });
  },
};

function addFinding(
  engine: EngineProbe,
  of: { readonly state: EngineState; readonly evidence: Evidence },
): void {
  const told = troubleOf(of.state, engine.socketPath);
  if (told === undefined) return;
  of.evidence.finding({
    id: 'engine.answers',
    status: 'fail',
    title: m.engineTitle(),
    seen: told.seen,
    wanted: m.engineWanted(),
    why: m.engineWhy(),
    remedy: told.remedy,
    evidence: [],
  });
}

function troubleOf(
  state: EngineState,
  path: string,
): { readonly seen: string; readonly remedy: string } | undefined {
  switch (state.kind) {
    case 'answers':
      return undefined;
    case 'missing':
      return { seen: m.engineMissing({ path }), remedy: m.engineMissingRemedy() };
    case 'abandoned':
      return { seen: m.engineAbandoned({ path }), remedy: m.engineAbandonedRemedy() };
    case 'forbidden':
      return { seen: m.engineForbidden({ path }), remedy: m.engineForbiddenRemedy() };
    case 'hangs': {
      const seconds = (state.waitedMs / 1000).toFixed(1);
      return { seen: m.engineHangs({ path, seconds }), remedy: m.engineHangsRemedy() };
    }
    case 'invalid':
      return { seen: m.engineInvalid({ path, why: state.why }), remedy: m.engineInvalidRemedy() };
  }
}

/** Parts of the API that are asked: name of the file, and target. */
const questions = [
  ['version.json', '/version'],
  ['info.json', '/info'],
  ['images.json', '/images/json'],
  ['networks.json', '/networks'],
  ['volumes.json', '/volumes'],
] as const;

async function askEngine({ engine, signal }: CollectorContext, evidence: Evidence): Promise<void> {
  for (const [name, target] of questions) {
    try {
      const answer = await engine.json(target, signal);
      evidence.json(name, answer, { title: `GET ${target}` });
      if (target === '/version') {
        evidence.fact('version', optionalText(fieldsOf(answer, target), 'Version'));
      }
      if (target === '/info') {
        const info = fieldsOf(answer, target);
        evidence.fact('containers', optionalNumber(info, 'Containers'));
        evidence.fact('containersRunning', optionalNumber(info, 'ContainersRunning'));
        evidence.fact('storageDriver', optionalText(info, 'Driver'));
      }
    } catch (error) {
      evidence.note(reportMessages.askFailed({ what: target, why: reasonOf(error) }));
    }
  }
}

async function service({ host, signal }: CollectorContext, evidence: Evidence): Promise<void> {
  const manager = await detectServiceManager(host);
  evidence.fact('serviceManager', manager);
  if (manager === 'systemd') {
    const show = ['systemctl', 'show', serviceName] as const;
    await evidence.command('service.txt', show, { signal });
  } else if (manager === 'openrc') {
    await evidence.command('service.txt', ['rc-service', serviceName, 'status'], { signal });
  } else {
    const supervisor = await readSupervisor(host);
    evidence.json('supervisor.json', supervisor ?? null);
    if (supervisor !== undefined) evidence.fact('restarts', supervisor.restarts);
  }
}
