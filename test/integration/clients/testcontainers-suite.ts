import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { clientCommand } from './command.ts';
import type { ClientEngineKind } from './engine-for-clients.ts';
import { useEngineForClients } from './engine-for-clients.ts';

const child = join(import.meta.dirname, 'testcontainers-child.ts');

const variables = {
  // Its own container that cleans up publishes a port: that takes a bridge network.
  TESTCONTAINERS_RYUK_DISABLED: 'true',
  // A machine that is a container itself would be asked for the gateway of that network.
  TESTCONTAINERS_HOST_OVERRIDE: 'localhost',
};

/** Testcontainers for Node.js: containers for tests, that are waited for until they are ready. */
export function describeTestcontainers({ name, start }: ClientEngineKind): void {
  describe(`Testcontainers with ${name}`, () => {
    const engine = useEngineForClients(start);

    test('walks through the whole of it', async () => {
      await clientCommand(engine, ['docker', 'load', '-i', engine.archive]);
      // A process of its own: what it finds of an engine it keeps for ever.
      const command = [process.execPath, '--disable-warning=ExperimentalWarning', child];
      const ended = await clientCommand(engine, command, variables);
      expect(ended, ended.stderr).toMatchObject({ exitCode: 0 });
      expect(JSON.parse(ended.stdout)).toEqual({
        system: 'linux',
        logs: {
          output: '1000\ny /etc\n',
          stdout: '1000\n',
          stderr: 'y /etc\n',
          exitCode: 3,
          name: '/tc-logs',
          image: true,
          log: expect.stringContaining('starting\nready me\n') as string,
        },
        health: { stopped: true },
        ends: { failed: expect.stringContaining('Container failed to start for ') as string },
        reuse: { same: true },
      });
      const left = await clientCommand(engine, ['docker', 'ps', '-aq']);
      expect(left.stdout.split('\n')).toHaveLength(2);
    });
  });
}
