import { execFile } from 'node:child_process';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startRegistryProcess } from '../../support/registry-process.ts';
import { busyboxImage } from './busybox-archive.ts';
import { CliProcess, shellCommand } from './cli-process.ts';
import type { CliResult } from './cli-process.ts';
import type { ClientBench } from './client-bench.ts';
import { makeHelper } from './credential-helper.ts';

/** Name and password that the registry takes; the hash is bcrypt with the lowest cost, made with crypt(3). */
const name = 'ann';
const password = 'secret';
const htpasswd = `${name}:$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a`;

/** A private registry, and a command line with a docker configuration of its own. */
interface PrivateRegistry {
  readonly host: string;
  /** Folder of the configuration. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cli: (args: readonly string[], input?: string) => Promise<CliResult>;
  readonly config: () => Promise<unknown>;
}

let count = 0;

async function privateRegistry(bench: ClientBench): Promise<PrivateRegistry> {
  count += 1;
  const folder = join(bench.folder, `docker-${count}`);
  await mkdir(folder);
  await writeFile(join(folder, 'htpasswd'), htpasswd);
  const auth = { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } };
  const registry = await startRegistryProcess({ auth });
  onTestFinished(() => registry.stop());
  const env = { DOCKER_CONFIG: folder };
  return {
    host: registry.host,
    folder,
    env,
    cli: (args, input = '') => bench.cli(args, { input, env }),
    config: async () => JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as unknown,
  };
}

/** Logins: made, kept, sent, forgotten. */
export function registrySuite(bench: ClientBench): void {
  describe('a private registry', () => {
    test('login, push, pull and run with it, logout', async () => {
      const { host, folder, cli } = await privateRegistry(bench);
      const image = `${host}/private/busybox:1`;
      await cli(['tag', busyboxImage, image]);
      onTestFinished(async () => {
        await cli(['rmi', '--force', image]);
      });

      const refused = await cli(['push', image]);
      expect(refused).toMatchObject({ exitCode: 1 });
      const wrong = await cli(['login', '-u', name, '--password-stdin', host], 'wrong\n');
      expect(wrong).toMatchObject({ exitCode: 1, stdout: '' });
      expect(wrong.stderr).toMatch(/^berth: [A-Z_]+: .*(401|unauthorized)/i);
      await expect(stat(join(folder, 'config.json'))).rejects.toThrow('ENOENT');

      const right = await cli(['login', '-u', name, '--password-stdin', host], `${password}\n`);
      expect(right).toMatchObject({ exitCode: 0, stdout: 'Login Succeeded\n' });
      expect(right.stderr).toContain(`stored unencrypted in '${join(folder, 'config.json')}'`);
      expect((await stat(join(folder, 'config.json'))).mode & 0o777).toBe(0o600);

      const pushed = await cli(['push', image]);
      expect(pushed.stdout).toMatch(
        /^The push refers to repository \[.*\/private\/busybox\]\n(?:.*\n)*[0-9a-f]{12}: Pushed\n(?:.*\n)*1: digest: sha256:[0-9a-f]{64} size: \d+\n$/,
      );
      expect(await cli(['push', '-q', image])).toMatchObject({ stdout: `${image}\n`, exitCode: 0 });

      await cli(['rmi', image]);
      expect(await bench.cli(['pull', image])).toMatchObject({ exitCode: 1 });
      expect(await cli(['pull', image])).toMatchObject({ exitCode: 0 });
      await cli(['rmi', image]);
      const ran = await cli(['run', '--rm', '--network', 'none', image, 'echo', 'private']);
      expect(ran).toMatchObject({ exitCode: 0, stdout: 'private\n' });

      // What is kept is tried first.
      const again = await cli(['login', host]);
      expect(again).toMatchObject({ exitCode: 0, stdout: 'Login Succeeded\n' });
      expect(again.stderr).toContain(`[Username: ${name}]`);
      expect(await cli(['logout', `http://${host}/v2/`])).toMatchObject({
        stdout: `Removing login credentials for ${host}\n`,
      });
      expect((await cli(['logout', host])).stdout).toBe(`Not logged in to ${host}\n`);
      expect(await cli(['pull', image])).toMatchObject({ exitCode: 1 });
    });

    test('a credential helper keeps the login, and nothing of it is in the file', async () => {
      const { host, folder, cli, config } = await privateRegistry(bench);
      const helper = await makeHelper(folder);
      await writeFile(join(folder, 'config.json'), JSON.stringify({ credsStore: helper.name }));
      const env = { ...helper.env, DOCKER_CONFIG: folder };
      const login = ['login', '-u', name, '--password-stdin', host];
      const result = await bench.cli(login, { env, input: password });
      expect(result).toMatchObject({ exitCode: 0, stdout: 'Login Succeeded\n', stderr: '' });
      expect(await config()).toEqual({ credsStore: helper.name, auths: { [host]: {} } });

      const image = `${host}/helped:1`;
      await cli(['tag', busyboxImage, image]);
      expect(await bench.cli(['push', image], { env })).toMatchObject({ exitCode: 0 });
      const without = await cli(['push', image]);
      expect(without.exitCode).toBe(1);
      expect(without.stderr).toContain("'docker-credential-test' is not in PATH");
      expect(await bench.cli(['logout', host], { env })).toMatchObject({ exitCode: 0 });
      expect(await bench.cli(['push', image], { env })).toMatchObject({ exitCode: 1 });
      await cli(['rmi', image]);
    });

    test("logins of docker's own client are used, and it uses those of berth", async () => {
      const { host, folder, env, cli } = await privateRegistry(bench);
      const docker = (...args: readonly string[]) =>
        promisify(execFile)('docker', args, {
          env: { ...process.env, ...env, DOCKER_HOST: `unix://${bench.socketPath}` },
        });
      const image = `${host}/shared:1`;
      await cli(['tag', busyboxImage, image]);
      await docker('login', '-u', name, '-p', password, host);
      expect(await cli(['push', image])).toMatchObject({ exitCode: 0 });
      await docker('logout', host);
      expect(await cli(['push', image])).toMatchObject({ exitCode: 1 });
      await cli(['login', '-u', name, '-p', password, host]);
      await docker('push', image);
      await cli(['rmi', image]);
      expect(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'))).toHaveProperty([
        'auths',
        host,
      ]);
    });

    test('name and password are asked for on a terminal, the password without echo', async () => {
      const { host, env } = await privateRegistry(bench);
      const asking = CliProcess.onTerminal(bench.socketPath, shellCommand(['login', host]), {
        env,
      });
      await asking.waitFor('Username: ');
      asking.write(`${name}\n`);
      await asking.waitFor('Password: ');
      // A mistake is taken back.
      asking.write('sek\u007fcret\r');
      const { exitCode, stdout } = await asking.exit;
      expect(stdout).toContain('Login Succeeded');
      expect(stdout).not.toContain('cret');
      expect(exitCode).toBe(0);
    });
  });
}
