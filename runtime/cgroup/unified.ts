import { BerthError } from '../errors/berth-error.ts';
import type { Resources } from '../spec/resources.ts';
import type { CgroupWrite } from './cgroup-plan.ts';
import { write } from './controllers/controller.ts';
import type { CgroupV2Layout } from './layout.ts';

/** `io` of `io.max`. */
function controllerOf(file: string): string {
  return file.split('.')[0] ?? '';
}

/**
 * Controllers that files of `unified` belong to: "The OCI runtime MUST ensure that the needed cgroup controllers are
 * enabled" (https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config-linux.md#unified).
 */
export function unifiedControllers({ unified }: Resources): readonly string[] {
  return Object.keys(unified)
    .map(controllerOf)
    .filter((controller) => controller !== 'cgroup');
}

/**
 * Files of `unified`, which the specification wants written whether we know them or not. A value of several lines is
 * written line by line, since io.max takes one device at a time.
 *
 * @throws CGROUP_LIMIT_INVALID no file, or one of a controller that this host does not have.
 */
export function unifiedWrites(
  folder: string,
  { layout, resources }: { readonly layout: CgroupV2Layout; readonly resources: Resources },
): readonly CgroupWrite[] {
  return Object.entries(resources.unified).flatMap(([file, value]) => {
    const controller = controllerOf(file);
    const present = controller === 'cgroup' || layout.controllers.has(controller);
    if (present && /^[a-z0-9_]+\.[A-Za-z0-9_.]+$/.test(file)) {
      const lines = value.split('\n').filter((line) => line !== '');
      return lines.flatMap((line) =>
        write(folder, file, line, { label: `write ${line} to ${file}` }),
      );
    }
    throw new BerthError('CGROUP_LIMIT_INVALID', {
      message: `'linux.resources.unified' names the file "${file}", wanted one of a controller that this host has: ${[...layout.controllers].join(', ')}`,
      remedy: 'Correct the name, or enable the controller on this host.',
    });
  });
}

/**
 * Refuses `unified` where cgroup v1 is used, as runc and crun do: "The runtime MUST generate an error when the
 * configuration refers to a cgroup controller that is not present".
 *
 * @throws CGROUP_LIMIT_INVALID
 */
export function refuseUnified({ unified }: Resources): void {
  const [file] = Object.keys(unified);
  if (file === undefined) return;
  throw new BerthError('CGROUP_LIMIT_INVALID', {
    message: `invalid configuration: 'linux.resources.unified' names the file "${file}" of cgroup v2, wanted none: this host uses cgroup v1`,
    remedy: 'Set the limit by its own field, or start this host with cgroup v2 alone.',
  });
}
