import { readFile } from '../host/files.ts';
import { planHooks } from '../launch/hooks/hooks-plan.ts';
import { runLateHooks, type LateHooks } from '../launch/hooks/hooks-program.ts';
import type { HookFailure } from '../launch/hooks/report.ts';
import { parseSpecText } from '../spec/parse-spec.ts';
import { Launcher } from '../syscall/launcher.ts';
import { hookEnvironment } from './hook-environment.ts';
import type { ContainerFolder } from './state/container-folder.ts';
import type { StoredState } from './state/stored-state.ts';

/** Runs a container's hooks of a kind, those of its config as it was at `create`. Gives those that have failed. */
export async function lateHooks(
  folder: ContainerFolder,
  state: StoredState,
  hooks: LateHooks,
): Promise<readonly HookFailure[]> {
  const spec = parseSpecText(await readFile(folder.configFile, 'utf8'));
  const { id, bundle } = state;
  const plan = planHooks(spec, { id, bundle, environment: hookEnvironment() });
  const launcher = await Launcher.start();
  try {
    return await runLateHooks(launcher, plan, hooks);
  } finally {
    await launcher.stop();
  }
}
