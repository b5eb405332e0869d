import { checkVerbMessages } from './areas/check-verb.ts';
import { checkMessages } from './areas/checks.ts';
import { checkCgroupMessages } from './areas/checks-cgroups.ts';
import { checkEngineMessages } from './areas/checks-engine.ts';
import { checkKernelMessages } from './areas/checks-kernel.ts';
import { checkNetworkMessages } from './areas/checks-network.ts';
import { checkReachMessages } from './areas/checks-reach.ts';
import { checkServiceMessages } from './areas/checks-services.ts';
import { checkStorageMessages } from './areas/checks-storage.ts';
import { checkSystemMessages } from './areas/checks-system.ts';
import { bundleMessages } from './areas/bundle.ts';
import { commandLineMessages } from './areas/command-line.ts';
import { completionMessages } from './areas/completion.ts';
import { commonMessages } from './areas/common.ts';
import { fixStepMessages } from './areas/fix-steps.ts';
import { fleetErrorMessages } from './areas/fleet-errors.ts';
import { fleetMessages } from './areas/fleet.ts';
import { oldDockerMessages } from './areas/old-docker.ts';
import { servicesMessages } from './areas/services.ts';
import { reportFindingMessages } from './areas/report-findings.ts';
import { reportPageMessages } from './areas/report-page.ts';
import { reportMessages } from './areas/report.ts';
import { mirrorScoreMessages } from './areas/mirror-scores.ts';
import { mirrorMessages } from './areas/mirrors.ts';
import { upgradeMessages } from './areas/upgrade.ts';
import { endingMessages } from './areas/ending.ts';
import { provisioningMessages } from './areas/provisioning.ts';
import { downMessages } from './areas/down.ts';
import { statusMessages } from './areas/status.ts';
import { smokeMessages } from './areas/smoke.ts';
import { mirrorServeMessages } from './areas/mirror-serve.ts';
import { upMessages } from './areas/up.ts';
import { verbMessages } from './areas/verbs.ts';
import { packageMessages } from './areas/packages.ts';
import { distributionMirrorMessages } from './areas/distribution-mirror.ts';
import { dockerCliMessages } from './areas/docker-cli.ts';
import { repositoryMessages } from './areas/repositories.ts';
import type { Phrase, Text } from './message.ts';

/** A message of any kind, as tests look at it. */
type AnyMessage = Text | Phrase<never>;

/**
 * Every message that berth says to people, by area: the one table of them. A new area is a file in `areas/` and a line
 * here.
 */
export const messages: Readonly<Record<string, Readonly<Record<string, AnyMessage>>>> = {
  checks: checkMessages,
  checkVerb: checkVerbMessages,
  checkCgroups: checkCgroupMessages,
  checkEngine: checkEngineMessages,
  checkKernel: checkKernelMessages,
  checkNetwork: checkNetworkMessages,
  checkReach: checkReachMessages,
  checkServices: checkServiceMessages,
  checkStorage: checkStorageMessages,
  checkSystem: checkSystemMessages,
  bundle: bundleMessages,
  commandLine: commandLineMessages,
  completion: completionMessages,
  mirrors: mirrorMessages,
  mirrorScores: mirrorScoreMessages,
  common: commonMessages,
  fixSteps: fixStepMessages,
  fleet: fleetMessages,
  fleetErrors: fleetErrorMessages,
  packages: packageMessages,
  distributionMirror: distributionMirrorMessages,
  dockerCli: dockerCliMessages,
  repositories: repositoryMessages,
  oldDocker: oldDockerMessages,
  services: servicesMessages,
  report: reportMessages,
  reportFindings: reportFindingMessages,
  reportPage: reportPageMessages,
  ending: endingMessages,
  provisioning: provisioningMessages,
  down: downMessages,
  status: statusMessages,
  smoke: smokeMessages,
  mirrorServe: mirrorServeMessages,
  up: upMessages,
  upgrade: upgradeMessages,
  verbs: verbMessages,
};
