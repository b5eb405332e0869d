import { posix } from 'node:path';

import type { ImageRunConfig } from '../../image/image-config.ts';
import { imageHealthConfig, mergeHealthConfig } from '../health/health-settings.ts';
import type { ContainerConfig } from '../model/container-config.ts';

function nameOf(variable: string): string {
  return variable.split('=', 1)[0] ?? variable;
}

function isEmpty(list: readonly unknown[] | null | undefined): boolean {
  return list === null || list === undefined || list.length === 0;
}

/** The client's variables first, then those of the image that the client has not set. */
function mergeVariables(
  own: readonly string[] | null,
  image: readonly string[] | null | undefined,
): string[] | null {
  if (isEmpty(own)) return image === null || image === undefined ? null : [...image];
  const names = new Set((own ?? []).map(nameOf));
  return [...(own ?? []), ...(image ?? []).filter((variable) => !names.has(nameOf(variable)))];
}

/** A new entry point takes the image's command away; an empty one (`--entrypoint ""`) only the entry point. */
function mergeCommand(
  own: ContainerConfig,
  image: ImageRunConfig,
): Pick<ContainerConfig, 'Cmd' | 'Entrypoint'> {
  if (!isEmpty(own.Entrypoint)) return { Cmd: own.Cmd, Entrypoint: own.Entrypoint };
  return {
    Cmd: isEmpty(own.Cmd) ? (image.Cmd ?? null) : own.Cmd,
    // Docker's command line sends [""] to take the image's entry point away.
    Entrypoint: own.Entrypoint === null ? (image.Entrypoint ?? null) : own.Entrypoint,
  };
}

/**
 * What a container is to run: what the client asks for, completed from the image. The rules are Docker's.
 *
 * @param hostname when nobody names one
 */
export function mergeImageConfig(
  own: ContainerConfig,
  image: ImageRunConfig,
  hostname: string,
): ContainerConfig {
  const command = mergeCommand(own, image);
  const noEntrypoint = command.Entrypoint?.length === 1 && command.Entrypoint[0] === '';
  const exposed = { ...image.ExposedPorts, ...own.ExposedPorts };
  const volumes = { ...image.Volumes, ...own.Volumes };
  return {
    ...own,
    Hostname: own.Hostname === '' ? hostname : own.Hostname,
    User: own.User === '' ? (image.User ?? '') : own.User,
    ExposedPorts: Object.keys(exposed).length === 0 ? null : exposed,
    Env: mergeVariables(own.Env, image.Env),
    Cmd: command.Cmd,
    Entrypoint: noEntrypoint ? null : command.Entrypoint,
    Healthcheck: mergeHealthConfig(own.Healthcheck, imageHealthConfig(image.Healthcheck)),
    Volumes: Object.keys(volumes).length === 0 ? null : volumes,
    WorkingDir: cleanFolder(own.WorkingDir === '' ? (image.WorkingDir ?? '') : own.WorkingDir),
    Labels: { ...image.Labels, ...own.Labels },
    StopSignal: own.StopSignal === '' ? (image.StopSignal ?? '') : own.StopSignal,
    StopTimeout: own.StopTimeout ?? image.StopTimeout ?? null,
    OnBuild: null,
    Shell: isEmpty(own.Shell) ? (image.Shell ?? null) : own.Shell,
  };
}

/** Without `.`, `..`, doubled slashes and one at the end, as Docker shows it; what is not absolute is refused later. */
function cleanFolder(path: string): string {
  return path === '' ? '' : posix.normalize(path).replace(/(.)\/$/, '$1');
}
