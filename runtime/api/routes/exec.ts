import { execConfigSchema, execStartSchema } from '../../container/exec/exec-config.ts';
import { created, json } from '../http/api-response.ts';
import { isAtLeast } from '../http/api-version.ts';
import { get, post } from '../route.ts';
import type { Route } from '../route.ts';
import { execInspect } from '../views/exec-inspect.ts';
import { contentType } from './container-streams.ts';
import { terminalSize } from '../http/terminal-size.ts';

/** From this version on a terminal's size can be given; before it, it is not looked at. */
const sizeSince = '1.42';

/** Routes of what is executed in running containers. */
export const execRoutes: readonly Route[] = [
  post('/containers/:name/exec', async (request, { containers }) => {
    const body = await request.json(execConfigSchema);
    const config = isAtLeast(request.version, sizeSince)
      ? body
      : { ...body, ConsoleSize: undefined };
    const { id } = await containers.execs.create(request.name, config);
    return created({ Id: id });
  }),
  post('/exec/:name/start', async (request, { containers }) => {
    const { Detach, Tty, ConsoleSize } = await request.json(execStartSchema);
    const exec = containers.execs.startable(request.name);
    const consoleSize = Tty && isAtLeast(request.version, sizeSince) ? ConsoleSize : undefined;
    if (Detach) {
      await containers.execs.detach(exec, consoleSize);
      return { kind: 'empty', status: 200 };
    }
    const framing = Tty ? 'raw' : 'multiplexed';
    return {
      kind: 'hijack',
      contentType: contentType(framing, request.version),
      serve: (connection) => containers.execs.serve(exec, { connection, framing, consoleSize }),
    };
  }),
  post('/exec/:name/resize', async ({ name, query }, { containers }) => {
    await containers.execs.resize(name, terminalSize(query));
    return { kind: 'empty', status: 200 };
  }),
  get('/exec/:name/json', ({ name }, { containers }) =>
    json(execInspect(containers.execs.find(name))),
  ),
];
