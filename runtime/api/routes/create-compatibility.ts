import type { CreateRequest } from '../../container/model/create-request.ts';
import { isAtLeast } from '../http/api-version.ts';

/** Makes a creation mean what it meant in the API version that the client speaks. */
export function forClientVersion(request: CreateRequest, version: string): CreateRequest {
  let { hostConfig, config } = request;
  // Before 1.25 the client removed the container itself.
  if (!isAtLeast(version, '1.25')) hostConfig = { ...hostConfig, AutoRemove: false };
  // Before 1.42 the terminal's first size came with a resize request.
  if (!isAtLeast(version, '1.42')) hostConfig = { ...hostConfig, ConsoleSize: [0, 0] };
  // Kernel memory limits were taken out of the API in 1.42, and have been ignored since.
  else hostConfig = { ...hostConfig, KernelMemory: 0 };
  // It came with 1.44.
  if (!isAtLeast(version, '1.44') && config.Healthcheck !== null)
    config = { ...config, Healthcheck: { ...config.Healthcheck, StartInterval: 0 } };
  return { ...request, config, hostConfig };
}
