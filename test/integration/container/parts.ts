import { createReadStream, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { onTestFinished } from 'vitest';

import { createContainerEngine } from '../../../runtime/container/engine.ts';
import type { ContainerEngine } from '../../../runtime/container/engine.ts';
import type { ContainerRuntime } from '../../../runtime/container/ports.ts';
import { opaqueProbe } from '../../../runtime/container/spec/opaque-probe.ts';
import type { Clock } from '../../../runtime/host/clock.ts';
import { ContentStore } from '../../../runtime/image/content-store.ts';
import { Images } from '../../../runtime/image/images.ts';
import { Registry } from '../../../runtime/registry/registry.ts';
import { volumeFiles } from '../../../runtime/launch/mounts/volume-files.ts';
import { rootfsFiles } from '../../../runtime/snapshot/rootfs-files.ts';
import { SnapshotStore } from '../../../runtime/snapshot/snapshot-store.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { Networks } from '../../../runtime/network/networks.ts';
import { noBridge } from '../network/no-bridge.ts';
import { busyboxArchive } from '../api/busybox-image.ts';
import { removeEmptyCgroups } from './empty-cgroups.ts';
import { removeTree } from '../../support/remove-tree.ts';

/** What an engine stands on, on folders of its own, with an image of busybox. */
export class EngineParts {
  readonly root: string;
  readonly launcher: Launcher;
  readonly images: Images;
  readonly snapshots: SnapshotStore;
  readonly problems: unknown[] = [];

  private constructor(parts: {
    readonly root: string;
    readonly launcher: Launcher;
    readonly images: Images;
    readonly snapshots: SnapshotStore;
  }) {
    this.root = parts.root;
    this.launcher = parts.launcher;
    this.images = parts.images;
    this.snapshots = parts.snapshots;
  }

  /** Makes them for one test, and takes them down after it. */
  static async make(): Promise<EngineParts> {
    const root = mkdtempSync(join(tmpdir(), 'berth-eng-'));
    const launcher = await Launcher.start();
    onTestFinished(async () => {
      await launcher.stop();
      removeEmptyCgroups();
      removeTree(root);
    });
    const snapshots = await SnapshotStore.open({ dataRoot: root, runner: launcher });
    const store = await ContentStore.open(join(root, 'images'));
    const images = new Images({ store, stacks: snapshots, source: new Registry() });
    await images.load(createReadStream(busyboxArchive(root)));
    return new EngineParts({ root, launcher, images, snapshots });
  }

  get dataFolder(): string {
    return join(this.root, 'containers');
  }

  get runFolder(): string {
    return join(this.root, 'run');
  }

  /** A new engine on the folders as they are, as a new berthd makes it. */
  async engine(runtime: ContainerRuntime, clock: Clock): Promise<ContainerEngine> {
    const report = (problem: unknown): unknown => this.problems.push(problem);
    const notice = (): undefined => undefined;
    const networks = await Networks.open({
      ...{ ...noBridge, runner: this.launcher, clock, report, notice },
      paths: {
        dataFolder: join(this.root, 'networks'),
        sandboxFolder: join(this.root, 'run-networks'),
        namespaceFolder: join(this.root, 'netns'),
      },
    });
    return createContainerEngine({
      networks,
      runtime,
      images: this.images,
      snapshots: this.snapshots,
      files: rootfsFiles(this.launcher),
      volumeFiles: volumeFiles(this.launcher),
      clock,
      paths: {
        dataFolder: this.dataFolder,
        volumesFolder: join(this.root, 'volumes'),
        runFolder: this.runFolder,
      },
      isOpaque: opaqueProbe(this.launcher),
      host: {
        ...{ cgroupVersion: '1', architecture: 'amd64' },
        ...{ resolvConfPath: '/etc/resolv.conf', journalSocket: '' },
      },
      defaults: { init: false },
      report,
      notice,
    });
  }
}
