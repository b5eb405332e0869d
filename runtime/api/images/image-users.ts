import { imagesOf } from '../../container/volumes/image-mounts.ts';
import { noFilters } from '../../container/query/filters.ts';
import { isLive } from '../../container/model/container-state.ts';
import type { ImageUser } from '../../image/image-service.ts';
import type { ApiServices } from '../services.ts';

/** All containers, as what was made of an image: the images do not know them. */
export async function imageUsers({
  containers,
}: Pick<ApiServices, 'containers'>): Promise<readonly ImageUser[]> {
  const all = await containers.list({ scope: 'all', limit: 0, filters: noFilters });
  return all.map(({ id, record }) => ({
    containerId: id,
    imageId: record.imageId,
    running: isLive(record.state),
  }));
}

/** The same, and those that have its files mounted, as what an image must not be taken away from without being told so. */
export async function imageHolders(
  services: Pick<ApiServices, 'containers'>,
): Promise<readonly ImageUser[]> {
  const all = await services.containers.list({ scope: 'all', limit: 0, filters: noFilters });
  const mounted = all.flatMap(({ id, record }) =>
    imagesOf(record).flatMap(({ imageId }) =>
      // They keep the layers themselves, so it does not matter whether they run.
      imageId === undefined ? [] : [{ containerId: id, imageId, running: false }],
    ),
  );
  return [...(await imageUsers(services)), ...mounted];
}
