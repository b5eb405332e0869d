import { execFile } from 'node:child_process';
import type { ExecException } from 'node:child_process';

import type { CommandResult } from '../api/test-daemon.ts';
import type { EngineForClients } from './engine-for-clients.ts';

/** Runs a program that finds the engine by `DOCKER_HOST`, to its end. */
export function clientCommand(
  { socketPath, folder }: EngineForClients,
  [program = '', ...args]: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  const env = {
    ...process.env,
    DOCKER_HOST: `unix://${socketPath}`,
    HOME: folder,
    PYTHONDONTWRITEBYTECODE: '1',
    ...variables,
  };
  return new Promise((resolve) => {
    const done = (error: ExecException | null, stdout: string, stderr: string): void => {
      const exitCode = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1;
      resolve({ exitCode, stdout, stderr });
    };
    execFile(program, args, { cwd: folder, env, timeout: 100_000, killSignal: 'SIGKILL' }, done);
  });
}
