import type { ContainerEngine } from '../../container/engine.ts';
import type { Container } from '../../container/lifecycle/container.ts';
import { createRequestSchema } from '../../container/model/create-request.ts';
import { isBerthError } from '../../errors/berth-error.ts';
import type { ApiRequest } from '../http/api-request.ts';
import { created, json, noContent } from '../http/api-response.ts';
import type { ApiResponse } from '../http/api-response.ts';
import { explained } from '../http/explained.ts';
import { isAtLeast } from '../http/api-version.ts';
import type { Query } from '../http/query.ts';
import { terminalSize } from '../http/terminal-size.ts';
import { parsePlatform } from '../images/platform-parameter.ts';
import { get, post, remove } from '../route.ts';
import type { Route } from '../route.ts';
import { forClientVersion } from './create-compatibility.ts';
import { migrateToEndpoint } from './create-migrations.ts';
import { containerInspect } from '../views/container-inspect.ts';
import { mountPlaces } from '../views/mounts-view.ts';
import { containerSummary } from '../views/container-summary.ts';

/** Answers 304 when a container is already in the state that was asked for. */
async function changeState(change: Promise<void>): Promise<ApiResponse> {
  try {
    await change;
    return noContent;
  } catch (error) {
    if (isBerthError(error, 'CONTAINER_ALREADY_IN_STATE')) return { kind: 'empty', status: 304 };
    throw error;
  }
}

function stopOptions(request: ApiRequest): { signal?: string; timeoutSeconds?: number } {
  const signal = isAtLeast(request.version, '1.42') ? request.query.text('signal') : '';
  const timeoutSeconds = request.query.integer('t');
  return {
    ...(signal === '' ? {} : { signal }),
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
  };
}

/** Routes that make, change, show and remove containers. */
export const containerRoutes: readonly Route[] = [
  get('/containers/json', async ({ query, version }, { containers, clock }) => {
    const found = await containers.list({
      scope: query.flag('all') ? 'all' : 'running',
      limit: query.integer('limit') ?? 0,
      filters: query.filters(),
    });
    const context = {
      now: clock.now(),
      places: mountPlaces(containers),
      version,
      networks: containers.networks,
      linkNames: containers.linkNames(),
    };
    return json(
      await Promise.all(
        found.map(async (container) => ({
          ...containerSummary(container, context),
          ...(await sizeFields(query, containers, container)),
        })),
      ),
    );
  }),
  post('/containers/create', async (request, { containers, identity }) => {
    const body = await request.json(createRequestSchema);
    const { version, query } = request;
    // What came with a later version is not looked at.
    const platform = isAtLeast(version, '1.41') ? query.optionalText('platform') : undefined;
    const ofVersion = forClientVersion(body, version, identity.cgroupVersion);
    const migrated = migrateToEndpoint(ofVersion, version);
    const { id, warnings } = await containers.create({
      request: migrated.request,
      readOnlyBinds: isAtLeast(version, '1.44') ? 'recursive' : 'top',
      name: query.optionalText('name'),
      platform: platform === undefined ? undefined : parsePlatform(platform),
    });
    return created({ Id: id, Warnings: [...migrated.warnings, ...warnings] });
  }),
  get('/containers/:name/json', (request, { containers }) =>
    inspect(containers, request.name, request),
  ),
  get('/containers/:name/:alias/json', (request, { containers }) =>
    inspect(containers, `${request.name}/${request.alias}`, request),
  ),
  post('/containers/:name/start', ({ name, query }, { containers }) => {
    const checkpoint = query.text('checkpoint');
    if (checkpoint === '') return changeState(containers.start(name));
    const directory = query.text('checkpoint-dir');
    return changeState(containers.start(name, { name: checkpoint, directory }));
  }),
  post('/containers/:name/stop', (request, { containers }) =>
    changeState(containers.stop(request.name, stopOptions(request))),
  ),
  post('/containers/:name/restart', (request, { containers }) =>
    changeState(containers.restart(request.name, stopOptions(request))),
  ),
  post('/containers/:name/kill', async ({ name, query }, { containers }) => {
    try {
      await containers.kill(name, query.text('signal'));
    } catch (error) {
      throw explained(`cannot kill container: ${name}`, error);
    }
    return noContent;
  }),
  post('/containers/:name/rename', async ({ name, query }, { containers }) => {
    await containers.rename(name, query.text('name'));
    return noContent;
  }),
  post('/containers/:name/resize', ({ name, query }, { containers }) => {
    containers.resize(name, terminalSize(query));
    return { kind: 'empty', status: 200 };
  }),
  remove('/containers/:name', ({ name, query }, { containers }) =>
    query.flag('link') ? removeLink(containers, name) : removeContainer(containers, name, query),
  ),
  // A linked container has a second name, of two parts.
  remove('/containers/:name/:alias', ({ name, alias, query }, { containers }) => {
    const shown = `${name}/${alias}`;
    if (query.flag('link')) return removeLink(containers, shown);
    return removeContainer(containers, shown, query);
  }),
];

async function inspect(
  containers: ContainerEngine,
  name: string,
  { query, version }: ApiRequest,
): Promise<ApiResponse> {
  const container = containers.find(name);
  return json({
    ...containerInspect(container, {
      folder: containers.paths(container),
      layers: await containers.layers(container),
      execIds: containers.execs.openIds(container),
      places: mountPlaces(containers),
      networks: containers.networks,
      links: containers.shownLinks(container),
      version,
    }),
    ...(await sizeFields(query, containers, container)),
  });
}

async function removeLink(containers: ContainerEngine, name: string): Promise<ApiResponse> {
  await containers.removeLink(name);
  return noContent;
}

async function removeContainer(
  containers: ContainerEngine,
  name: string,
  query: Query,
): Promise<ApiResponse> {
  await containers.remove(name, {
    mode: query.flag('force') ? 'kill-first' : 'stopped-only',
    volumes: query.flag('v') ? 'remove' : 'keep',
  });
  return noContent;
}

/** `SizeRw` and `SizeRootFs`, for clients that ask for them. */
async function sizeFields(
  query: Query,
  containers: ContainerEngine,
  container: Container,
): Promise<Readonly<Record<string, number>>> {
  if (!query.flag('size')) return {};
  const { writableBytes, totalBytes } = await containers.size(container);
  return { SizeRw: writableBytes, SizeRootFs: totalBytes };
}
