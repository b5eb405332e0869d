import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';

import { clientCommand } from './command.ts';
import type { ClientEngineKind } from './engine-for-clients.ts';
import { useEngineForClients } from './engine-for-clients.ts';

const composeFile = (greeting: string): string => `
version: "2.4"
services:
  web:
    image: bb
    network_mode: none
    environment: { GREETING: "${greeting}" }
    command: ["sh", "-c", "echo $$GREETING; trap 'exit 0' TERM; touch /data/up; while true; do sleep 0.05; done"]
    volumes: ["data:/data", "./host:/host:ro"]
    healthcheck: { test: ["CMD", "cat", "/data/up"], interval: 1s, retries: 20 }
    mem_limit: 64m
    ulimits: { nofile: 99 }
    labels: { part: compose }
  worker:
    image: bb
    network_mode: none
    depends_on: { web: { condition: service_healthy } }
    command: ["sh", "-c", "echo working; cat /data/up && sleep 1000"]
    volumes: ["data:/data"]
    stop_grace_period: 1s
    tmpfs: ["/scratch:size=64k"]
volumes:
  data: {}
`;

/** Debian's docker-compose, of Python: the one before Compose became a plugin of docker. */
export function describeCompose({ name, start }: ClientEngineKind): void {
  describe(`docker-compose with ${name}`, () => {
    const engine = useEngineForClients(start);

    /** Runs a verb of docker-compose that is to succeed; gives what it printed to stdout and stderr. */
    const compose = async (...args: readonly string[]): Promise<string> => {
      const command = ['/usr/bin/docker-compose', '--ansi', 'never', '-p', 'proj', ...args];
      const { exitCode, stdout, stderr } = await clientCommand(engine, command);
      expect(exitCode, stderr).toBe(0);
      return stdout + stderr;
    };
    const write = (greeting: string): void => {
      writeFileSync(join(engine.folder, 'docker-compose.yml'), composeFile(greeting));
    };
    /** What the state column says of each service. */
    const states = async (): Promise<readonly string[]> => {
      const rows = (await compose('ps')).split('\n').filter((row) => row.startsWith('proj_'));
      return rows.map((row) => row.trim().split(/ {2,}/)[2] ?? '');
    };

    beforeAll(async () => {
      const loaded = await clientCommand(engine, ['docker', 'load', '-i', engine.archive]);
      expect(loaded).toMatchObject({ exitCode: 0 });
      write('first');
    });

    test('brings services up in their order, and looks at them', async () => {
      const up = await compose('up', '-d');
      expect(up).toContain('Creating volume "proj_data" with default driver');
      expect(up).toMatch(/Creating proj_web_1 ... done[^]*Creating proj_worker_1 ... done/);
      expect(await states()).toEqual(['Up (healthy)', 'Up']);
      expect(await compose('logs', '--no-color')).toMatch(/web_1 +\| first\n/);
      expect(await compose('exec', '-T', 'web', 'sh', '-c', 'echo $GREETING; ulimit -n')).toBe(
        'first\n99\n',
      );
      expect(await compose('run', '--rm', '-T', 'worker', 'echo', 'once')).toContain('once\n');
    });

    test('stops them, one by one and all', async () => {
      await compose('pause', 'web');
      await compose('restart', '-t', '0', 'worker');
      expect(await states()).toEqual(['Paused', 'Up']);
      await compose('unpause', 'web');
      await compose('stop');
      expect(await states()).toEqual(['Exit 0', 'Exit 137']);
    });

    test('makes anew what has changed, more of what is wanted, and takes all away', async () => {
      write('second');
      const up = await compose('up', '-d', '--scale', 'worker=2');
      expect(up).toContain('Recreating proj_web_1');
      expect((await states()).filter((state) => state === 'Up')).toHaveLength(2);
      expect(await compose('logs', '--tail', '1', 'web')).toContain('second');
      const down = await compose('down', '--volumes', '-t', '0');
      expect(down).toContain('Removing volume proj_data');
      const left = await clientCommand(engine, ['docker', 'ps', '-aq']);
      expect(left).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    });

    test('stays with services until they end', async () => {
      writeFileSync(
        join(engine.folder, 'docker-compose.yml'),
        'version: "2.4"\nservices:\n  once: { image: bb, network_mode: none, command: [sh, -c, "echo said; exit 6"] }\n',
      );
      const command = ['/usr/bin/docker-compose', '-p', 'proj', 'up', '--exit-code-from', 'once'];
      const up = await clientCommand(engine, command);
      expect(up.stdout).toContain('said\n');
      expect(up.exitCode).toBe(6);
    });
  });
}
