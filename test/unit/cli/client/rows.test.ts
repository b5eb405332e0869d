import { describe, expect, test } from 'vitest';
import { containerRows } from '../../../../runtime/cli/client/containers.ts';
import { imageRows } from '../../../../runtime/cli/client/images.ts';
import { containerColumns, containerJson } from '../../../../runtime/cli/render/container-table.ts';
import { imageColumns } from '../../../../runtime/cli/render/image-table.ts';
import { renderTable } from '../../../../runtime/cli/render/table.ts';

const id = '5c16ceee93248507298052ead55c047ea87ec2f4ec7df84e3db49f73fc60b9c2';
const nowMs = 1_700_000_000_000;
const created = nowMs / 1000;
/** As dockerd 20.10 answers, shortened. */
const container = {
  Id: id,
  Names: ['/two'],
  Image: 'busybox:ref',
  ImageID: `sha256:${id}`,
  Command: "sh -c 'echo out; echo err >&2'",
  Created: created - 90,
  Ports: [
    { PrivatePort: 80, Type: 'tcp', PublicPort: 8080, IP: '0.0.0.0' },
    { PrivatePort: 443, Type: 'tcp' },
  ],
  Labels: { a: 'b' },
  State: 'running',
  Status: 'Up About a minute',
  NetworkSettings: { Networks: { none: {} } },
  Mounts: [{ Type: 'bind', Source: '/srv' }],
};

describe('containers', () => {
  const options = { nowMs, ids: 'short', sizes: 'hidden' } as const;

  test("are shown as docker's table shows them", () => {
    expect(renderTable(containerColumns(options), containerRows([container]))).toBe(
      [
        'CONTAINER ID   IMAGE         COMMAND                  CREATED              STATUS              PORTS                           NAMES',
        `5c16ceee9324   busybox:ref   "sh -c 'echo out; ec…"   About a minute ago   Up About a minute   443/tcp, 0.0.0.0:8080->80/tcp   two`,
        '',
      ].join('\n'),
    );
  });

  test('are whole with --no-trunc', () => {
    const table = renderTable(
      containerColumns({ ...options, ids: 'whole' }),
      containerRows([container]),
    );
    expect(table).toContain(`${id}   busybox:ref   "sh -c 'echo out; echo err >&2'"   `);
  });

  test("have the keys of docker's JSON", () => {
    const [row] = containerRows([container]).map((each) => containerJson(each, options));
    expect(row).toMatchObject({
      ID: '5c16ceee9324',
      Command: `"sh -c 'echo out; ec…"`,
      CreatedAt: '2023-11-14 22:11:50 +0000 UTC',
      Labels: 'a=b',
      LocalVolumes: '0',
      Mounts: '/srv',
      Names: 'two',
      Networks: 'none',
      RunningFor: 'About a minute ago',
      State: 'running',
    });
  });

  test('none give the headings, and no column is narrower than ten', () => {
    expect(renderTable(containerColumns(options), containerRows(null))).toBe(
      'CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES\n',
    );
  });

  test.each([{}, [{ Id: 1 }], [{ Id: 'x', Names: [1] }], 'text'])('%j is refused', (answer) => {
    expect(() => containerRows(answer)).toThrow(
      expect.objectContaining({ code: 'API_RESPONSE_INVALID' }),
    );
  });
});

describe('images', () => {
  const image = { Id: `sha256:${id}`, Created: created - 86_400 * 3, Size: 1_982_256 };
  const digest = `sha256:${'b'.repeat(64)}`;
  const options = { nowMs, ids: 'short', digests: 'hidden' } as const;
  const named = { ...image, RepoTags: ['a:1', 'b/c:2'], RepoDigests: [`a@${digest}`] };

  test('have a line for each tag', () => {
    expect(renderTable(imageColumns(options), imageRows([named]))).toBe(
      [
        'REPOSITORY   TAG       IMAGE ID       CREATED      SIZE',
        'a            1         5c16ceee9324   3 days ago   1.98MB',
        'b/c          2         5c16ceee9324   3 days ago   1.98MB',
        '',
      ].join('\n'),
    );
  });

  test('show the digest of the same repository', () => {
    expect(imageRows([named]).map((row) => row.digest)).toEqual([digest, '<none>']);
  });

  test.each([
    [{ ...image, RepoTags: null, RepoDigests: null }, '<none>', '<none>'],
    [{ ...image, RepoTags: ['<none>:<none>'], RepoDigests: ['<none>@<none>'] }, '<none>', '<none>'],
    [{ ...image, RepoTags: [], RepoDigests: [`a@${digest}`] }, 'a', digest],
  ])('without a tag are shown once', (value, repository, shownDigest) => {
    expect(imageRows([value])).toMatchObject([{ repository, tag: '<none>', digest: shownDigest }]);
  });
});
