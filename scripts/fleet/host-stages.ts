import { fleetMessages as m } from '../../messages/areas/fleet.ts';
import { language } from '../../messages/language.ts';
import { argvOf } from './action.ts';
import type { FleetRun } from './fleet-run.ts';
import type { HostLog } from './host-log.ts';
import type { FleetHost } from './inventory/fleet-host.ts';
import { inspectHost, type HostFacts } from './remote/inspect.ts';
import { RemoteHost } from './remote/remote-host.ts';
import { findBundle, runBerth, tidyHost } from './remote/run-berth.ts';
import { stageBundle, type Staged, type StageProgress } from './remote/stage-bundle.ts';
import { stagingFolder } from './remote/staging.ts';
import { remoteOutcome, type HostStage, type RemoteOutcome } from './result.ts';
import { Connection } from './ssh/connection.ts';

/** One host under way. */
export interface HostWork {
  readonly host: FleetHost;
  /** Number of the host in its fleet. */
  readonly number: number;
  readonly run: FleetRun;
  readonly log: HostLog;
  /** Aborted by Ctrl-C and by the time limit. */
  readonly signal: AbortSignal;
  /** Notes what is being done from now on. */
  readonly enter: (stage: HostStage, doing: string) => void;
  /** Notes what became of the bundle. */
  readonly staged: (how: Staged) => void;
}

/** Locales whose language berth speaks on the other side (locale(7)); one that the host lacks does no harm. */
const locales = { en: 'C.UTF-8', zh: 'zh_CN.UTF-8' } as const;

/**
 * Takes a host through all stages: connect, look, copy the bundle, run berth, and after `down` take the bundle away.
 * Throws what the stages throw; how berth itself ended there is the result.
 */
export async function runStages(work: HostWork): Promise<RemoteOutcome> {
  const { host, number, run, log, signal, enter } = work;
  const { clients, env, clock, connectTimeoutMs } = run;
  signal.throwIfAborted();
  enter('connect', m.stageConnect());
  const connection = await Connection.open(host, {
    folder: clients,
    number,
    env,
    clock,
    signal,
    timeoutMs: connectTimeoutMs,
    log: (line) => {
      log.write(`ssh: ${line}`);
    },
  });
  try {
    const remote = new RemoteHost(connection, { log: log.write, clock });
    const doing = m.stageInspect();
    enter('inspect', doing);
    const facts = await inspectHost(remote, { password: run.password, doing, signal });
    const folder = await bundleOn(remote, work, facts);
    const outcome = await runThere(remote, work, { facts, folder });
    if (run.order.action === 'down' && outcome.kind === 'ok') await tidyThere(remote, work, facts);
    return outcome;
  } finally {
    await connection.close();
  }
}

/** Folder of the bundle on a host, to which it is copied unless it is there. */
async function bundleOn(remote: RemoteHost, work: HostWork, facts: HostFacts): Promise<string> {
  const { run, signal, enter } = work;
  const { arch, elevation } = facts;
  if (run.order.action === 'down') {
    // Whatever version set the host up can undo it: no need to make a bundle, or to copy one.
    const there = await findBundle(remote, { elevation, doing: m.stageInspect(), signal });
    if (there !== undefined) {
      work.staged('there');
      return there;
    }
  }
  enter('bundle', m.stageBundle({ arch }));
  const bundle = await unlessAborted(run.bundles(arch), signal);
  enter('copy', m.stageCopy());
  const tell = tellEachPercent((doing) => {
    run.tell(work.host, doing);
  });
  work.staged(await stageBundle(remote, { bundle, elevation, doing: m.stageCopy(), signal, tell }));
  return `${stagingFolder}/${bundle.digest}`;
}

/** The bundle is made for all hosts: one that has no time left for it does not end the making. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', stop);
    });
  });
}

function tellEachPercent(tell: (doing: string) => void): (progress: StageProgress) => void {
  let told = -1;
  return (progress) => {
    switch (progress.kind) {
      case 'waiting':
        tell(m.stageWaiting());
        return;
      case 'unpacking':
        tell(m.stageUnpack());
        return;
      case 'copying': {
        const percent = Math.floor((100 * progress.sentBytes) / progress.sizeBytes);
        if (percent === told) return;
        told = percent;
        tell(m.stageCopying({ percent }));
      }
    }
  };
}

async function runThere(
  remote: RemoteHost,
  work: HostWork,
  at: { readonly facts: HostFacts; readonly folder: string },
): Promise<RemoteOutcome> {
  const { host, run, signal, enter } = work;
  const doing = m.stageRun({ action: run.order.action });
  enter('run', doing);
  const ended = await runBerth(remote, {
    argv: argvOf(run.order, host),
    folder: at.folder,
    elevation: at.facts.elevation,
    locale: locales[language()],
    doing,
    clock: run.clock,
    signal,
    onStopping: () => {
      run.tell(host, m.stageStopping());
    },
  });
  return remoteOutcome(ended);
}

async function tidyThere(remote: RemoteHost, work: HostWork, facts: HostFacts): Promise<void> {
  const doing = m.stageTidy();
  work.enter('tidy', doing);
  await tidyHost(remote, { elevation: facts.elevation, doing, signal: work.signal });
}
