import { messageOf } from '../../errors/berth-error.ts';
import { startWebServer } from '../../host/web-server.ts';
import type {
  IncomingMessage,
  ServerResponse,
  WebServer,
  WebServerOptions,
} from '../../host/web-server.ts';
import type { Report } from '../mirror-event.ts';
import type { Packages } from '../packages/packages.ts';
import type { Answer } from './answer.ts';
import { answerPackage } from './package-answers.ts';
import { answerRegistry } from './registry-answers.ts';
import type { RegistryParts } from './registry-answers.ts';
import { sendAnswer } from './send-answer.ts';
import { specError } from './spec-error.ts';

/** What a mirror serves, and where. */
export interface ServeOptions extends Omit<WebServerOptions, 'onRequest'> {
  readonly registry: RegistryParts;
  readonly packages: Packages;
  readonly report: Report;
}

/** A reader that takes nothing for so long is taken for gone. */
const stalledMs = 5 * 60_000;

/** Listens, and answers. @throws Node.js system errors when it cannot listen */
export function serveMirror(options: ServeOptions): Promise<WebServer> {
  return startWebServer({
    ...options,
    onRequest: (request, response) => {
      // Who has left takes no more bytes: nothing that anybody could do about it.
      response.on('error', () => undefined);
      response.setTimeout(stalledMs, () => response.destroy());
      void handle(request, response, options);
    },
  });
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  options: ServeOptions,
): Promise<void> {
  try {
    await sendAnswer(request, response, await answerTo(request, options));
  } catch (error) {
    if (response.destroyed && !response.headersSent) return;
    const what = `${request.method ?? ''} ${request.url ?? ''}`;
    if (response.headersSent) {
      response.destroy();
      options.report({ kind: 'broken', what, error });
      return;
    }
    options.report({ kind: 'problem', what, error });
    const message = `the mirror failed: ${messageOf(error)}`;
    await sendAnswer(request, response, specError(500, 'UNKNOWN', message));
  }
}

async function answerTo(request: IncomingMessage, options: ServeOptions): Promise<Answer> {
  const url = URL.parse(request.url ?? '', 'http://mirror');
  // An absolute target is one for a proxy, which this is not.
  if (url?.host !== 'mirror') return specError(400, 'UNSUPPORTED', 'wanted a path');
  const { method } = request;
  if (method !== 'GET' && method !== 'HEAD') {
    const message = 'this mirror is for pulling; push to the registry itself';
    return specError(405, 'UNSUPPORTED', message, { allow: 'GET, HEAD' });
  }
  if (url.pathname === '/v2' || url.pathname.startsWith('/v2/'))
    return answerRegistry(method, url, options.registry);
  // What the parser of URLs took for `..` has to be seen, not resolved.
  const raw = (request.url ?? '').split('?', 1)[0] ?? '';
  if (raw.startsWith('/packages/')) {
    const cacheControl = request.headers['cache-control'] ?? '';
    return answerPackage({ path: raw, search: url.search }, options.packages, cacheControl);
  }
  return specError(404, 'UNSUPPORTED', 'wanted /v2/... or /packages/<host>/<path>');
}
