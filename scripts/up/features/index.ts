import type { UpFeature } from './feature.ts';
import { bundleContents } from './bundle-contents.ts';
import { distributionMirror } from './distribution-mirror.ts';
import { dockerCli } from './docker-cli.ts';
import { mirror } from './mirror.ts';
import { replaceDocker } from './replace-docker.ts';

/** What `berth up` can do besides the engine: a file each, a line here. Their steps come in this order. */
export const upFeatures: readonly UpFeature[] = [
  bundleContents,
  replaceDocker,
  mirror,
  distributionMirror,
  dockerCli,
];
