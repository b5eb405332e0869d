import { randomUUID } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { hasErrno } from '../../../../../runtime/host/files.ts';
import { isAlive } from '../../../../support/processes.ts';
import { cgroupsOf, idsOf } from '../remains.ts';
import { until } from '../wait.ts';
import { World } from '../world.ts';
import { Disk } from './disk.ts';
import type { Cut } from './disk.ts';
import { removeTree } from '../../../../support/remove-tree.ts';

const bootId = '/proc/sys/kernel/random/boot_id';

/** A berthd with a disk of its own, on a machine that can lose power. */
export class Machine {
  readonly world: World;
  readonly #disk: Disk;
  #boot = randomUUID();

  private constructor() {
    this.world = new World(() => this.#mounts());
    const folder = join(this.world.berthd.root, 'disks');
    mkdirSync(folder);
    this.#disk = Disk.make(folder);
  }

  /** With one image, and nothing else. */
  static async open(): Promise<Machine> {
    const machine = new Machine();
    machine.#mount();
    try {
      await machine.world.open();
      await machine.#goOnWhenSynced('first');
      return machine;
    } catch (error) {
      await machine.close();
      throw error;
    }
  }

  /** Turns it on with the disk that it had at first. */
  async restore(): Promise<void> {
    await this.#goOn('first');
    await this.world.start();
  }

  /** The power is cut, and is there again: berthd is not started. Only what was synced is still there. */
  async cut(cut: Cut): Promise<void> {
    await this.world.berthd.end('SIGKILL');
    if (cut === 'names') this.#disk.commit(this.world.dataFolder);
    this.#disk.keep('cut');
    await this.#goOn('cut');
  }

  /** The same when all had reached the disk. */
  cutWhenSynced(): Promise<void> {
    return this.#goOnWhenSynced('cut');
  }

  async close(): Promise<void> {
    await this.#powerOff();
    this.#disk.destroy();
    await this.world.destroy();
  }

  async #goOnWhenSynced(name: string): Promise<void> {
    await this.world.berthd.end('SIGKILL');
    this.#disk.sync(this.world.dataFolder);
    this.#disk.keep(name);
    await this.#goOn(name);
  }

  async #goOn(kept: string): Promise<void> {
    await this.#powerOff();
    this.#disk.restore(kept);
    this.#mount();
  }

  #mount(): void {
    this.#disk.mount(this.world.dataFolder);
  }

  /** Nothing that runs survives, nor what is in memory. */
  async #powerOff(): Promise<void> {
    const { world } = this;
    await world.berthd.end('SIGKILL');
    const cgroups = cgroupsOf(idsOf(world));
    await until(
      () =>
        endAll([...world.processes().map(({ pid }) => pid), ...cgroups.flatMap(pidsIn)], cgroups),
      (alive) => alive.length === 0,
    );
    for (const cgroup of cgroups)
      ifThere(() => {
        rmdirSync(cgroup);
      });
    world.endHost();
    removeTree(join(world.berthd.root, 'run'));
    await this.#disk.unmount(world.dataFolder);
    this.#boot = randomUUID();
  }

  /** The kernel says that it was started anew. */
  #mounts(): string {
    const file = join(this.world.berthd.root, 'boot-id');
    writeFileSync(file, `${this.#boot}\n`);
    return `mount --bind "${file}" ${bootId}`;
  }
}

function pidsIn(cgroup: string): readonly number[] {
  const text = ifThere(() => readFileSync(join(cgroup, 'cgroup.procs'), 'utf8')) ?? '';
  return text.split('\n').filter(Boolean).map(Number);
}

/** Those that have not ended yet. What stands still only ends when it is let go. */
function endAll(pids: readonly number[], cgroups: readonly string[]): readonly number[] {
  if (pids.includes(process.pid)) throw new Error('these are processes of the machine');
  for (const pid of pids) ifThere(() => process.kill(pid, 'SIGKILL'));
  for (const state of globSync(cgroups.map((cgroup) => join(cgroup, 'freezer.state'))))
    ifThere(() => {
      writeFileSync(state, 'THAWED');
    });
  return pids.filter(isAlive);
}

/** Monitors take away what is of containers that have ended. */
function ifThere<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ESRCH', 'ENODEV')) return undefined;
    throw error;
  }
}
