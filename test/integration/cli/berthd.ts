import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeEmptyCgroups } from '../container/empty-cgroups.ts';
import { packedBerthd } from '../scripts/support/packed-checkout.ts';
import type { TestEngine } from './client-bench.ts';
import { startEngineProcess } from './engine-process.ts';

/** Starts the whole of berthd, as a process, on folders and a socket of its own. @param settings Of daemon.json */
export async function startBerthd(settings: object = {}): Promise<TestEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-berthd-'));
  const [socketPath, config] = [join(folder, 'berth.sock'), join(folder, 'daemon.json')];
  const own = {
    'data-root': join(folder, 'data'),
    'exec-root': join(folder, 'run'),
    hosts: [`unix://${socketPath}`],
    // The machine's own network stays as it is.
    bridge: 'none',
  };
  await writeFile(config, JSON.stringify({ ...own, ...settings }));
  const stop = await startEngineProcess({
    command: [process.execPath, ...(await packedBerthd()), '--config', config],
    ready: 'berthd is ready',
  });
  return {
    socketPath,
    stop: async () => {
      await stop();
      removeEmptyCgroups();
      await rm(folder, { recursive: true });
    },
  };
}
