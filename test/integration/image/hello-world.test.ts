import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { writeArchive } from '../../../runtime/image/archive/write-archive.ts';
import { digestOf } from '../../../runtime/image/digest.ts';
import { helloWorldImage } from '../../../runtime/image/hello-world.ts';
import { currentArchitecture } from '../../../runtime/syscall/architecture.ts';
import { helloElf } from '../../../runtime/syscall/hello-elf.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { helloWorldText } from '../../../templates/hello-world.ts';
import { inPieces, temporaryFolder } from '../layer/support.ts';
import { openHost } from './support.ts';

const own = currentArchitecture() === 'x86_64' ? 'amd64' : 'arm64';

test('the carried image is imported, its layer is one program, and the program prints the text', async () => {
  const launcher = await Launcher.start();
  onTestFinished(() => launcher.stop());
  const { images } = await openHost(await temporaryFolder(), launcher);
  const program = helloElf(currentArchitecture(), helloWorldText);
  const id = await images.importImage(await helloWorldImage({ architecture: own, program }));

  expect(await images.inspect('hello-world')).toMatchObject({
    id,
    repoTags: ['hello-world:latest'],
    sizeBytes: program.byteLength,
    platform: { architecture: own, os: 'linux' },
    config: { Cmd: ['/hello'], Env: [expect.stringMatching(/^PATH=/)] },
  });
  const { lower } = await images.rootfsFor(id);
  const path = join(lower[0] ?? '', 'hello');
  expect(statSync(path)).toMatchObject({ mtimeMs: 0, uid: 0, gid: 0, mode: 0o100755 });
  expect(readFileSync(path).equals(Buffer.from(program))).toBe(true);
  expect(execFileSync(path, { encoding: 'utf8' })).toBe(helloWorldText);
});

test('the same program gives the same image and the same archive, bit for bit', async () => {
  const make = async (): Promise<string> => {
    const image = await helloWorldImage({ architecture: 'arm64', program: Buffer.from('program') });
    const chunks: Uint8Array[] = [];
    for await (const chunk of writeArchive(image)) chunks.push(chunk);
    return `${image.manifestDigest} ${digestOf(Buffer.concat(chunks))}`;
  };
  expect(await make()).toBe(await make());
  // Not even another version of berth may change it without somebody noticing.
  expect(await make()).toMatchInlineSnapshot(
    `"sha256:c856ae941d82094ef96db3877d5ed0cd2a00def22737073c4d369903a4deeb88 sha256:041301b0325eaa7960da133cae7b99b8a225aefadddffd06977b4b3dd8f89a9f"`,
  );
});

test('skopeo and this engine read its archive', async () => {
  const folder = await temporaryFolder();
  const image = await helloWorldImage({
    architecture: own,
    program: helloElf(currentArchitecture(), helloWorldText),
  });
  const chunks: Uint8Array[] = [];
  for await (const chunk of writeArchive(image)) chunks.push(chunk);
  const archive = Buffer.concat(chunks);
  writeFileSync(join(folder, 'hello.tar'), archive);
  const seen = execFileSync(
    'skopeo',
    ['inspect', '--config', `docker-archive:${folder}/hello.tar`],
    { encoding: 'utf8' },
  );
  expect(JSON.parse(seen)).toMatchObject({ config: { Cmd: ['/hello'] } });

  const launcher = await Launcher.start();
  onTestFinished(() => launcher.stop());
  const { images } = await openHost(await temporaryFolder(), launcher);
  expect(await images.load(inPieces(archive))).toMatchObject([
    { kind: 'tag', reference: 'hello-world:latest' },
  ]);
  expect(await images.inspect('hello-world')).toMatchObject({
    manifestDigest: image.manifestDigest,
  });
});

test('the text is our own', () => {
  expect(helloWorldText.trimStart()).toMatch(/^Hello from berth!\n/);
  expect(helloWorldText).not.toContain('Hello from Docker');
  expect(helloWorldText).toMatch(/^ 1\. .*\n 2\. /m);
});
