import { noFilters } from '../../container/query/filters.ts';
import { isLive } from '../../container/model/container-state.ts';
import type { ImageUser } from '../../image/image-service.ts';
import type { ApiServices } from '../services.ts';

/** All containers, as what needs an image: the images do not know them. */
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
