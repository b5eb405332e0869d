import { createReadStream } from 'node:fs';
import { PassThrough } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import Docker from 'dockerode';
import { beforeAll, describe, expect, test } from 'vitest';

import type { ClientEngineKind } from './engine-for-clients.ts';
import { useEngineForClients } from './engine-for-clients.ts';

/** What a container has written, stream by stream, in the way of dockerode's users. */
async function demultiplexed(
  docker: Docker,
  stream: NodeJS.ReadableStream,
): Promise<{ readonly out: string; readonly err: string }> {
  const [out, err] = [new PassThrough(), new PassThrough()];
  (docker.modem as { demuxStream: (from: unknown, ...to: unknown[]) => void }).demuxStream(
    stream,
    out,
    err,
  );
  // It only writes to them.
  stream.once('end', () => {
    out.end();
    err.end();
  });
  const [outText, errText] = await Promise.all([text(out), text(err)]);
  return { out: outText, err: errText };
}

/** Reads a stream of progress to its end. */
function finished(docker: Docker, stream: NodeJS.ReadableStream): Promise<readonly object[]> {
  return new Promise((resolve, reject) => {
    docker.modem.followProgress(stream, (error, output: object[]) => {
      if (error) reject(error);
      else resolve(output);
    });
  });
}

/** What `docker events` would show, until `isLast` says so. */
async function eventsUntil(
  stream: NodeJS.ReadableStream,
  isLast: (action: string) => boolean,
): Promise<readonly string[]> {
  const actions: string[] = [];
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const { Type, Action } = JSON.parse(line) as { Type: string; Action: string };
      actions.push(`${Type} ${Action}`);
      if (isLast(`${Type} ${Action}`)) return actions;
    }
  }
  return actions;
}

/** What of statistics is looked at; they are larger. */
interface Stats {
  readonly pids_stats: { readonly current: number };
  readonly memory_stats: { readonly usage: number };
  readonly cpu_stats: { readonly cpu_usage: { readonly total_usage: number } };
}

/** What `docker.run` gives. */
type RunResult = readonly [object, Docker.Container];

const ofContainer = (action: string): string => `container ${action}`;

const HostConfig = { NetworkMode: 'none' };

/** dockerode, as its users call it: the whole life of containers, images and volumes. */
export function describeDockerode({ name, start }: ClientEngineKind): void {
  describe(`dockerode with ${name}`, () => {
    const engine = useEngineForClients(start);
    let docker: Docker;

    const make = (options: Docker.ContainerCreateOptions): Promise<Docker.Container> =>
      docker.createContainer({ Image: 'bb', HostConfig, ...options });

    beforeAll(async () => {
      docker = new Docker({ socketPath: engine.socketPath });
      const loading = await docker.loadImage(createReadStream(engine.archive));
      expect(await finished(docker, loading)).toContainEqual({
        stream: 'Loaded image: bb:latest\n',
      });
    });

    test('asks the engine about itself', async () => {
      expect(String(await docker.ping())).toBe('OK');
      const version = await docker.version();
      expect(version).toMatchObject({ Os: 'linux', Arch: 'amd64' });
      const info = (await docker.info()) as Record<string, unknown>;
      expect(info).toMatchObject({ Containers: 0, OSType: 'linux' });
      const { Images } = (await docker.df()) as { Images: readonly object[] };
      expect(Images).toContainEqual(expect.objectContaining({ RepoTags: ['bb:latest'] }));
    });

    test('takes a container through its life', async () => {
      const events = await docker.getEvents({ filters: { type: ['container'] } });
      const seen = eventsUntil(events, (action) => action === 'container destroy');
      const container = await make({
        name: 'life',
        Cmd: ['sh', '-c', 'echo out; echo err >&2; read line; echo "got $line"; exit 5'],
        OpenStdin: true,
        StdinOnce: true,
        Labels: { part: 'life' },
        StopTimeout: 0,
      });
      const attached = await container.attach({
        stream: true,
        stdin: true,
        stdout: true,
        stderr: true,
        hijack: true,
      });
      const written = demultiplexed(docker, attached);
      await container.start();
      const listed = await docker.listContainers({ filters: { label: ['part=life'] } });
      expect(listed.map(({ Names, State }) => [Names, State])).toEqual([[['/life'], 'running']]);
      expect((await container.inspect()).State).toMatchObject({ Running: true, Status: 'running' });
      const { Titles, Processes } = (await container.top()) as {
        Titles: string[];
        Processes: string[][];
      };
      expect(Titles).toContain('CMD');
      expect(Processes).toHaveLength(1);
      const ended = container.wait({ condition: 'next-exit' }) as Promise<object>;
      await container.pause();
      expect((await container.inspect()).State.Paused).toBe(true);
      await container.unpause();
      attached.write('words\n');
      expect(await ended).toMatchObject({ StatusCode: 5 });
      expect(await written).toEqual({ out: 'out\ngot words\n', err: 'err\n' });
      await container.rename({ name: 'renamed' });
      expect((await docker.getContainer('renamed').inspect()).Name).toBe('/renamed');
      await container.restart({ t: 0 });
      await container.update({ Memory: 64 << 20, MemorySwap: 64 << 20 });
      expect((await container.inspect()).HostConfig.Memory).toBe(64 << 20);
      await container.kill({ signal: 'SIGKILL' });
      expect(await container.wait()).toMatchObject({ StatusCode: 137 });
      await container.remove({ v: true });
      expect(await seen).toEqual([
        ...['create', 'attach', 'start', 'top', 'pause', 'unpause'].map(ofContainer),
        ...['die', 'rename', 'start', 'restart', 'update', 'kill', 'die', 'destroy'].map(
          ofContainer,
        ),
      ]);
    });

    test('executes, with and without a terminal', async () => {
      const container = await make({ Cmd: ['sleep', '1000'], Env: ['A=b'], WorkingDir: '/etc' });
      await container.start();
      const exec = await container.exec({
        Cmd: ['sh', '-c', 'read x; echo "$x $A $B $PWD"; echo e >&2; exit 3'],
        AttachStdin: true,
        AttachStdout: true,
        AttachStderr: true,
        Env: ['B=c'],
        User: 'app',
      });
      const stream = await exec.start({ hijack: true, stdin: true });
      const written = demultiplexed(docker, stream);
      stream.end('typed\n');
      expect(await written).toEqual({ out: 'typed b c /etc\n', err: 'e\n' });
      expect(await exec.inspect()).toMatchObject({ ExitCode: 3, Running: false });
      const tty = await container.exec({
        Cmd: ['sh', '-c', 'tty; read x; stty size'],
        AttachStdin: true,
        AttachStdout: true,
        Tty: true,
      });
      const terminal = await tty.start({ hijack: true, stdin: true, Tty: true });
      const shown = text(terminal);
      await tty.resize({ h: 33, w: 77 });
      terminal.write('\n');
      expect(await shown).toContain('/dev/pts/');
      expect(await shown).toContain('33 77');
      await container.remove({ force: true });
    });

    test('reads logs, statistics and processes of what goes on', async () => {
      const container = await make({
        Cmd: ['sh', '-c', 'echo one; echo two; echo three >&2; read x; echo four'],
        OpenStdin: true,
      });
      await container.start();
      const following = await container.logs({ follow: true, stdout: true, stderr: true });
      const followed = demultiplexed(docker, following);
      const stats = (await container.stats({ stream: false })) as unknown as Stats;
      expect(stats.pids_stats.current).toBeGreaterThan(0);
      expect(stats.memory_stats.usage).toBeGreaterThan(0);
      expect(stats.cpu_stats.cpu_usage.total_usage).toBeGreaterThan(0);
      const samples = await container.stats({ stream: true });
      for await (const line of samples) {
        expect(JSON.parse(String(line))).toMatchObject({ name: expect.any(String) as string });
        break;
      }
      const stdin = await container.attach({ stream: true, stdin: true, hijack: true });
      stdin.write('go\n');
      await container.wait();
      expect(await followed).toEqual({ out: 'one\ntwo\nfour\n', err: 'three\n' });
      const last = await container.logs({ stdout: true, tail: 1, timestamps: true });
      expect(String(last)).toMatch(/\d{4}-\d\d-\d\dT[\d:.]+Z four\n$/);
      await container.remove();
    });

    test('makes, uses and removes volumes', async () => {
      const made = await docker.createVolume({ Name: 'clients', Labels: { part: 'volumes' } });
      expect(made).toMatchObject({ name: 'clients' });
      const writing = { HostConfig: { ...HostConfig, Binds: ['clients:/data'] } };
      const Mounts = [
        { Type: 'volume', Source: 'clients', Target: '/data', ReadOnly: true },
      ] as const;
      const reading = { Tty: true, HostConfig: { ...HostConfig, Mounts: [...Mounts] } };
      const commands = [
        [['sh', '-c', 'echo kept >/data/file'], writing],
        [['cat', '/data/file'], reading],
      ] as const;
      const written: string[] = [];
      for (const [command, options] of commands) {
        const out = new PassThrough();
        const ran = (await docker.run('bb', [...command], out, options)) as RunResult;
        expect(ran[0]).toMatchObject({ StatusCode: 0 });
        written.push(await text(out));
        await ran[1].remove();
      }
      expect(written).toEqual(['', 'kept\r\n']);
      const { Volumes } = await docker.listVolumes({ filters: { label: ['part=volumes'] } });
      expect(Volumes.map(({ Name }) => Name)).toEqual(['clients']);
      const volume = docker.getVolume('clients');
      expect(await volume.inspect()).toMatchObject({ Driver: 'local', Scope: 'local' });
      await volume.remove();
      await expect(volume.inspect()).rejects.toMatchObject({ statusCode: 404 });
      expect(await docker.pruneVolumes()).toMatchObject({ SpaceReclaimed: 0 });
    });

    test('commits, tags, saves, exports, imports and removes images', async () => {
      const container = await make({ Cmd: ['sh', '-c', 'echo new >/added'] });
      await container.start();
      await container.wait();
      expect(await container.changes()).toContainEqual({ Path: '/added', Kind: 1 });
      const { Id } = (await container.commit({ repo: 'made', tag: '1', comment: 'c' })) as {
        Id: string;
      };
      const image = docker.getImage('made:1');
      expect((await image.inspect()).Id).toBe(Id);
      await image.tag({ repo: 'other', tag: '2' });
      const [newest] = (await image.history()) as readonly object[];
      expect(newest).toMatchObject({ Comment: 'c', Tags: ['made:1', 'other:2'] });
      const saved = await buffer(await image.get());
      expect(saved.length).toBeGreaterThan(1e6);
      const exported = await container.export();
      const importing = await docker.importImage(exported, { repo: 'flat', tag: '3' });
      await finished(docker, importing);
      await container.remove();
      const tags = (await docker.listImages()).flatMap(({ RepoTags }) => RepoTags ?? []);
      expect(tags).toEqual(expect.arrayContaining(['made:1', 'other:2', 'flat:3', 'bb:latest']));
      expect(await docker.getImage('other:2').remove()).toEqual([{ Untagged: 'other:2' }]);
      expect(await image.remove()).toContainEqual({ Deleted: Id });
      await docker.getImage('flat:3').remove();
    });

    test('is told what is wrong', async () => {
      await expect(docker.getContainer('nosuch').inspect()).rejects.toMatchObject({
        statusCode: 404,
        reason: 'no such container',
        json: { message: 'No such container: nosuch' },
      });
      await expect(docker.createContainer({ Image: 'nosuch' })).rejects.toMatchObject({
        statusCode: 404,
      });
      const container = await make({ name: 'taken' });
      await expect(make({ name: 'taken' })).rejects.toMatchObject({ statusCode: 409 });
      await expect(container.kill()).rejects.toMatchObject({ statusCode: 409 });
      await expect(container.stop()).rejects.toMatchObject({ statusCode: 304 });
      expect(await docker.pruneContainers()).toMatchObject({ ContainersDeleted: [container.id] });
    });
  });
}
