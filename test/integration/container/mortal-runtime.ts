import type { ContainerRuntime } from '../../../runtime/container/ports.ts';

/** Never resolves. */
const never = new Promise<never>(() => undefined);

/** What one berthd sees of a runtime: once it is killed nothing of what it began comes to an end for it. */
export class MortalRuntime implements ContainerRuntime {
  readonly #real: ContainerRuntime;
  #dead = false;

  constructor(real: ContainerRuntime) {
    this.#real = real;
  }

  /** berthd is no more. */
  kill(): void {
    this.#dead = true;
  }

  get cgroups(): ContainerRuntime['cgroups'] {
    const { cgroups } = this.#real;
    return this.#dead ? new Proxy(cgroups, { get: () => () => never }) : cgroups;
  }

  async start(
    ...args: Parameters<ContainerRuntime['start']>
  ): ReturnType<ContainerRuntime['start']> {
    return this.#dead ? never : this.#real.start(...args);
  }

  requireCheckpoints(
    ...args: Parameters<ContainerRuntime['requireCheckpoints']>
  ): ReturnType<ContainerRuntime['requireCheckpoints']> {
    return this.#dead ? never : this.#real.requireCheckpoints(...args);
  }

  async moveRelays(
    ...args: Parameters<ContainerRuntime['moveRelays']>
  ): ReturnType<ContainerRuntime['moveRelays']> {
    return this.#dead ? never : this.#real.moveRelays(...args);
  }

  async checkpoint(
    ...args: Parameters<ContainerRuntime['checkpoint']>
  ): ReturnType<ContainerRuntime['checkpoint']> {
    const result = this.#real.checkpoint(...args);
    await result;
    return this.#dead ? never : result;
  }

  awaitCheckpoint(images: string): Promise<void> {
    return this.#dead ? never : this.#real.awaitCheckpoint(images);
  }

  async restore(
    ...args: Parameters<ContainerRuntime['restore']>
  ): ReturnType<ContainerRuntime['restore']> {
    return this.#dead ? never : this.#real.restore(...args);
  }

  async connect(runDir: string): ReturnType<ContainerRuntime['connect']> {
    const connection = await this.#real.connect(runDir);
    if (this.#dead || connection === undefined) return this.#dead ? never : connection;
    const closed = connection.closed.then(() => (this.#dead ? never : undefined));
    const signal = (signo: number): void => {
      if (!this.#dead) connection.signal(signo);
    };
    return { ...connection, closed, signal };
  }

  exec(...args: Parameters<ContainerRuntime['exec']>): ReturnType<ContainerRuntime['exec']> {
    return this.#dead ? never : this.#real.exec(...args);
  }

  readFiles(
    ...args: Parameters<ContainerRuntime['readFiles']>
  ): ReturnType<ContainerRuntime['readFiles']> {
    return this.#dead ? never : this.#real.readFiles(...args);
  }

  openFiles(
    ...args: Parameters<ContainerRuntime['openFiles']>
  ): ReturnType<ContainerRuntime['openFiles']> {
    return this.#dead ? never : this.#real.openFiles(...args);
  }

  sendDatagrams(
    ...args: Parameters<ContainerRuntime['sendDatagrams']>
  ): ReturnType<ContainerRuntime['sendDatagrams']> {
    return this.#dead ? never : this.#real.sendDatagrams(...args);
  }

  awaitSender(markFile: string): Promise<void> {
    return this.#dead ? never : this.#real.awaitSender(markFile);
  }

  adoptCompressedLog(
    ...args: Parameters<ContainerRuntime['adoptCompressedLog']>
  ): ReturnType<ContainerRuntime['adoptCompressedLog']> {
    return this.#dead ? never : this.#real.adoptCompressedLog(...args);
  }

  async readExit(runDir: string): ReturnType<ContainerRuntime['readExit']> {
    return this.#dead ? never : this.#real.readExit(runDir);
  }
}
