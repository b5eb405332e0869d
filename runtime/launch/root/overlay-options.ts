import { readTextIfExists } from '../../host/files.ts';

/**
 * Features that some distributions switch on for all overlay mounts (CONFIG_OVERLAY_FS_REDIRECT_DIR and its like). With
 * them a container's changes refer to the layers below by path, or are incomplete without them: no layer could be made of
 * them (docker commit), and none could be moved.
 */
const unwanted = ['redirect_dir', 'metacopy', 'index'];

/**
 * Mount options that switch off what this kernel has on. Only those: a kernel that lacks a feature refuses its option.
 *
 * @param folder The module's parameters.
 */
export async function overlayOptions(
  folder = '/sys/module/overlay/parameters',
): Promise<readonly string[]> {
  const values = await Promise.all(unwanted.map((name) => readTextIfExists(`${folder}/${name}`)));
  return unwanted.filter((_, i) => values[i]?.trim() === 'Y').map((name) => `${name}=off`);
}
