import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { clientCommand } from './command.ts';
import type { ClientEngineKind } from './engine-for-clients.ts';
import { useEngineForClients } from './engine-for-clients.ts';

const script = join(import.meta.dirname, 'docker-py.py');

/** Debian's docker-py: what docker-compose and many tools of Python's are made of. */
export function describeDockerPy({ name, start }: ClientEngineKind): void {
  describe(`docker-py with ${name}`, () => {
    const engine = useEngineForClients(start);

    test('walks through the whole of it', async () => {
      // Of the system: a python3 of somebody's own does not see Debian's packages.
      const ended = await clientCommand(engine, ['/usr/bin/python3', script, engine.archive]);
      const parts = 'the_engine runs a_life input_and_events volumes images'.split(' ');
      expect(ended).toEqual({ exitCode: 0, stderr: '', stdout: `${parts.join('\n')}\n` });
    });
  });
}
