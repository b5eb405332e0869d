import { ApiClient } from '../../runtime/cli/client/client.ts';
import { parseEndpoint } from '../../runtime/cli/client/endpoint.ts';
import { fieldsAt, fieldsOf } from '../../runtime/cli/client/fields.ts';

/** What there is to take over from a Docker. */
export interface DockerImages {
  /** Every name, and the digest of each image that has none. */
  readonly names: readonly string[];
  /** Of all layers, each counted once: what an archive of them takes at most. */
  readonly sizeBytes: number;
}

/** Asks a running Docker for its images (`GET /images/json`, `GET /system/df`). Throws DAEMON_UNREACHABLE. */
export async function imagesOf(socket: string): Promise<DockerImages> {
  const client = new ApiClient(parseEndpoint(`unix://${socket}`));
  const images = await client.json({ method: 'GET', path: '/images/json' });
  const usage = fieldsOf(await client.json({ method: 'GET', path: '/system/df' }), 'df');
  const names = (Array.isArray(images) ? images : []).flatMap((image, index) =>
    namesOf(fieldsAt({ [index]: image as unknown }, String(index))),
  );
  const size = usage['LayersSize'];
  return { names: [...new Set(names)], sizeBytes: typeof size === 'number' ? size : 0 };
}

/** Docker writes `<none>:<none>` for an image without a name. */
function namesOf(image: Readonly<Record<string, unknown>>): readonly string[] {
  const { RepoTags: tags, Id: id } = image;
  const named = (Array.isArray(tags) ? tags : []).filter(
    (tag): tag is string => typeof tag === 'string' && !tag.includes('<none>'),
  );
  if (named.length > 0) return named;
  return typeof id === 'string' ? [id] : [];
}
