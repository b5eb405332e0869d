import { definitionVariable } from '../../templates/service-command.ts';
import { readTextIfExists } from '../../runtime/host/files.ts';

const mark = new RegExp(`${definitionVariable}=(\\w+)`);

/**
 * Whether a daemon was started from the definition that is in the file now. A run that was killed between writing the one
 * and restarting the other leaves both running side by side, and nothing else would tell. A definition without a mark
 * (another version's) is taken at its word.
 */
export async function runsDefinition(pid: number, definitionPath: string): Promise<boolean> {
  const wanted = mark.exec((await readTextIfExists(definitionPath)) ?? '')?.[1];
  if (wanted === undefined) return true;
  // Gone since: then whatever starts it again takes the definition that is there.
  const environment = await readTextIfExists(`/proc/${pid}/environ`).catch(() => undefined);
  if (environment === undefined || environment === '') return true;
  return mark.exec(environment)?.[1] === wanted;
}
