import { availableParallelism, machine, release, totalmem } from 'node:os';
import { noFilters } from '../../container/query/filters.ts';
import type { AnsweredRequest, ApiServices } from '../services.ts';
import { readHostFacts } from '../system/host-facts.ts';
import { engineId } from '../system/system-info.ts';
import { Counters } from './counters.ts';
import { exposition, type Metric, type Sample } from './exposition.ts';
import { Histograms } from './histograms.ts';
import { processMetrics } from './process-metrics.ts';

/** What images brought over the network, since berthd started. */
export interface PullCounts {
  readonly done: number;
  readonly failed: number;
  /** Of layers that were not there. */
  readonly bytes: number;
}

/** What metrics are made of. */
export interface MetricsSource extends Pick<ApiServices, 'identity' | 'containers' | 'events'> {
  readonly pulls: () => PullCounts;
}

/** Docker's actions of containers (moby 28.5, internal/metrics), by the routes that do them. */
const containerActions: Readonly<Record<string, string>> = {
  'POST /containers/create': 'create',
  'POST /containers/:name/start': 'start',
  'DELETE /containers/:name': 'delete',
  'GET /containers/:name/changes': 'changes',
  'POST /commit': 'commit',
};

/** Counts what happens, and tells of it in Prometheus' format: Docker's names, and berth's own. */
export class EngineMetrics {
  readonly #source: MetricsSource;
  #events = 0;
  readonly #actions = new Histograms({
    name: 'engine_daemon_container_actions_seconds',
    help: 'The number of seconds it takes to process each container action',
  });
  readonly #durations = new Histograms({
    name: 'berth_api_request_duration_seconds',
    help: 'Seconds from the head of a request to when its answer was known',
  });
  readonly #requests = new Counters({
    name: 'berth_api_requests_total',
    help: 'Requests by route and status',
  });

  constructor(source: MetricsSource) {
    this.#source = source;
    source.events.listen(() => {
      this.#events += 1;
    });
    for (const action of Object.values(containerActions))
      this.#actions.observe(action, 0, () => ({ action }));
  }

  /** Counts a request: on the way of every one, so it makes nothing but for the first of its kind. */
  observe({ method, route, status, seconds }: AnsweredRequest): void {
    // What no route takes may have any method.
    const key = route === '' ? 'other' : `${method} ${route}`;
    const labels = route === '' ? { method: 'other', route: 'none' } : { method, route };
    this.#durations.observe(key, seconds, () => labels);
    this.#requests.add(`${status} ${key}`, 1, () => ({ ...labels, code: String(status) }));
    const action = containerActions[key];
    if (action !== undefined && status < 300)
      this.#actions.observe(action, seconds, () => ({ action }));
  }

  /** All metrics as they are now. */
  async text(): Promise<string> {
    const [states, info, own] = await Promise.all([this.#states(), this.#info(), processMetrics()]);
    return exposition([
      states,
      info,
      ...this.#counts(),
      this.#actions.metric(),
      this.#durations.metric(),
      this.#requests.metric(),
      ...own,
    ]);
  }

  async #states(): Promise<Metric> {
    const all = await this.#source.containers.list({ scope: 'all', limit: 0, filters: noFilters });
    const counts = { running: 0, paused: 0, stopped: 0 };
    for (const { record } of all) {
      const { status } = record.state;
      counts[status === 'running' || status === 'paused' ? status : 'stopped'] += 1;
    }
    return {
      name: 'engine_daemon_container_states_containers',
      help: 'The count of containers in various states',
      type: 'gauge',
      samples: Object.entries(counts).map(([state, value]): Sample => ({
        labels: { state },
        value,
      })),
    };
  }

  async #info(): Promise<Metric> {
    const { version, commit, dataRoot } = this.#source.identity;
    const [facts, id] = await Promise.all([readHostFacts(dataRoot), engineId(dataRoot)]);
    const labels = {
      ...{ version, commit, architecture: machine(), graphdriver: 'overlay2', kernel: release() },
      ...{ os: facts.operatingSystem, os_type: 'linux', os_version: facts.osVersion },
      daemon_id: id,
    };
    return {
      name: 'engine_daemon_engine_info',
      help: 'The information related to the engine and the OS it is running on',
      type: 'gauge',
      samples: [{ labels, value: 1 }],
    };
  }

  #counts(): readonly Metric[] {
    const { containers, pulls } = this.#source;
    const { healthChecks, failedHealthChecks, restarts } = containers.counts;
    const { done, failed, bytes } = pulls();
    return [
      ...simple([
        ['gauge', 'engine_daemon_engine_cpus_cpus', availableParallelism()],
        ['gauge', 'engine_daemon_engine_memory_bytes', totalmem()],
        ['counter', 'engine_daemon_events_total', this.#events],
        ['counter', 'engine_daemon_health_checks_total', healthChecks],
        ['counter', 'engine_daemon_health_checks_failed_total', failedHealthChecks],
        ['counter', 'berth_container_restarts_total', restarts],
        ['counter', 'berth_pull_bytes_total', bytes],
      ]),
      {
        ...{ name: 'berth_pulls_total', help: 'Pulls by their outcome', type: 'counter' },
        samples: [
          { labels: { outcome: 'done' }, value: done },
          { labels: { outcome: 'failed' }, value: failed },
        ],
      },
    ];
  }
}

/** Docker's words, and berth's. */
const helps = {
  engine_daemon_engine_cpus_cpus: 'The number of cpus that the host system of the engine has',
  engine_daemon_engine_memory_bytes:
    'The number of bytes of memory that the host system of the engine has',
  engine_daemon_events_total: 'The number of events logged',
  engine_daemon_health_checks_total: 'The total number of health checks',
  engine_daemon_health_checks_failed_total: 'The total number of failed health checks',
  berth_container_restarts_total: 'Starts by restart policies',
  berth_pull_bytes_total: 'Bytes of layers that pulls have downloaded',
} as const;

type Simple = readonly [type: 'counter' | 'gauge', name: keyof typeof helps, value: number];

function simple(metrics: readonly Simple[]): readonly Metric[] {
  return metrics.map(([type, name, value]) => ({
    name,
    help: helps[name],
    type,
    samples: [{ value }],
  }));
}
