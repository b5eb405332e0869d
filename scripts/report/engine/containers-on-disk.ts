import { reportMessages as m } from '../../../messages/areas/report.ts';
import { exists, listFolder } from '../../../runtime/host/files.ts';
import { places } from '../../host/places.ts';
import type { CollectorContext } from '../collector.ts';
import { reasonOf, type Evidence } from '../evidence/evidence.ts';
import { readHostFile } from '../evidence/read-host-file.ts';
import { logOnDisk } from './log-on-disk.ts';

const mostContainers = 60;
const logBytes = 131_072;

/**
 * What the engine would have told, as far as it is on the disk: the records of containers, and the logs that their
 * monitors write.
 */
export async function containersOnDisk(
  { host, request, signal }: CollectorContext,
  evidence: Evidence,
): Promise<void> {
  const folder = `${places.dataRoot}/containers`;
  let ids: readonly string[] = [];
  try {
    ids = await listFolder(host.path(folder));
  } catch (error) {
    evidence.note(m.fileUnreadable({ path: folder, why: reasonOf(error) }));
  }
  evidence.fact('containers', ids.length);
  if (ids.length > 0) evidence.note(m.fromDisk());
  for (const id of ids.slice(0, mostContainers)) {
    signal.throwIfAborted();
    const name = id.slice(0, 12);
    const record = { name: `${name}/container.json` };
    await evidence.file(host, `${folder}/${id}/container.json`, record);
    if (request.logs === 'omitted') continue;
    const [own, json] = [`${folder}/${id}/output.log`, `${folder}/${id}/${id}-json.log`];
    // Which of the two it is depends on the container's log driver.
    const path = host.path((await exists(host.path(json))) ? json : own);
    const bytes = readHostFile(path, { readBytes: 4 * logBytes, keep: 'end' });
    const options = { keep: 'end', limitBytes: logBytes, title: `${name}: logs` } as const;
    try {
      await evidence.stream(`${name}/log.txt`, logOnDisk(bytes), options);
    } catch (error) {
      evidence.note(m.streamBroken({ name: `${name}/log.txt`, why: reasonOf(error) }));
    }
  }
}
