import type { z } from 'zod';
import { firewallZoneKind, firewallZoneStep } from './firewall-zone.ts';
import { bundledPackagesKind, bundledPackagesStep } from './bundled-packages.ts';
import { groupKind, groupStep } from './group.ts';
import { installBundleKind, installBundleStep } from './install-bundle.ts';
import { makeFolderKind, makeFolderStep } from './make-folder.ts';
import { moduleKind, moduleStep } from './module.ts';
import { packageKind, packageStep } from './package.ts';
import { proveEngineKind, proveEngineStep } from './prove-engine.ts';
import { repositoryKind, repositoryStep } from './repository.ts';
import { saveImagesKind, saveImagesStep } from './save-images.ts';
import { serviceKind, serviceStep } from './service.ts';
import { serviceEnableKind, serviceEnableStep } from './service-enable.ts';
import { bindable, type AnyStepKind, type BoundStep } from './step-kind.ts';
import { stopDockerKind, stopDockerStep } from './stop-docker.ts';
import { sysctlKind, sysctlStep } from './sysctl.ts';
import { writeFileKind, writeFileStep } from './write-file.ts';
import { z as zod } from 'zod';

/** Every step kind, by name. A new kind is one file, a line here and a line in the schema below. */
const kinds: Readonly<Record<Step['kind'], AnyStepKind>> = {
  'bundled-packages': bindable(bundledPackagesKind),
  'write-file': bindable(writeFileKind),
  'make-folder': bindable(makeFolderKind),
  'firewall-zone': bindable(firewallZoneKind),
  group: bindable(groupKind),
  'install-bundle': bindable(installBundleKind),
  module: bindable(moduleKind),
  package: bindable(packageKind),
  'prove-engine': bindable(proveEngineKind),
  repository: bindable(repositoryKind),
  'save-images': bindable(saveImagesKind),
  service: bindable(serviceKind),
  'service-enable': bindable(serviceEnableKind),
  'stop-docker': bindable(stopDockerKind),
  sysctl: bindable(sysctlKind),
};

/** A step as a plan file and the journal hold it. */
export const stepSchema = zod.discriminatedUnion('kind', [
  bundledPackagesStep,
  writeFileStep,
  makeFolderStep,
  firewallZoneStep,
  groupStep,
  installBundleStep,
  moduleStep,
  packageStep,
  proveEngineStep,
  repositoryStep,
  saveImagesStep,
  serviceStep,
  serviceEnableStep,
  stopDockerStep,
  sysctlStep,
]);

/** One step of a plan, discriminated by `kind`. */
export type Step = z.infer<typeof stepSchema>;

/** Joins a step with what its kind can do. */
export function bindStep(step: Step): BoundStep {
  return kinds[step.kind].bind(step);
}
