import type { EngineProbe } from '../../checks/own-program.ts';
import { ApiClient } from '../../runtime/cli/client/client.ts';
import { parseEndpoint } from '../../runtime/cli/client/endpoint.ts';
import { fieldsOf, textAt } from '../../runtime/cli/client/fields.ts';
import { messageOf } from '../../messages/error-words.ts';
import { isBerthError } from '../../runtime/errors/berth-error.ts';
import { runCarried, runFromRegistry } from '../smoke/smoke-test.ts';

const askTimeoutMs = 3000;

/** The engine at a socket, as the checks `runtime` and `smoke.*` ask it: a client of the API like any other. */
export function engineProbe(socketPath: string): EngineProbe {
  const client = new ApiClient(parseEndpoint(`unix://${socketPath}`));
  return {
    ask: async () => {
      const signal = AbortSignal.timeout(askTimeoutMs);
      try {
        const answer = await client.json({ method: 'GET', path: '/version', signal });
        return { kind: 'answers', version: textAt(fieldsOf(answer, 'version'), 'Version') };
      } catch (error) {
        return { kind: 'silent', reason: isBerthError(error) ? error.code : messageOf(error) };
      }
    },
    runCarried: async (signal) => {
      await runCarried(client, signal);
    },
    runFromRegistry: (signal) => runFromRegistry(client, signal),
  };
}
