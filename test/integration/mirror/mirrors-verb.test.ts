import { describe, expect, onTestFinished, test } from 'vitest';

import type { ApiRequest } from '../../../runtime/api/http/api-request.ts';
import { mirrorRoutes } from '../../../runtime/api/routes/mirrors.ts';
import type { ApiServices } from '../../../runtime/api/services.ts';
import { forgetMirrorScores, mirrorScores } from '../../../runtime/cli/mirror-scores.ts';
import { processContext } from '../../../runtime/cli/context.ts';
import type { MirrorScores } from '../../../runtime/image/mirror-scores.ts';
import { Registry } from '../../../runtime/registry/registry.ts';
import { Query } from '../../../runtime/api/http/query.ts';
import { renderScores } from '../../../scripts/mirrors/render-scores.ts';
import { json, scriptedApi } from '../../unit/cli/scripted-api.ts';
import {
  fetchImage,
  openStore,
  randomImage,
  startFaults,
  upload,
} from '../registry/fetch-fixture.ts';
import { startRegistry } from '../registry/support.ts';

/** What the API answers for these measurements. */
async function answerOf(
  scores: MirrorScores | undefined,
  { method, query }: { readonly method: string; readonly query: string } = {
    method: 'GET',
    query: '',
  },
): Promise<unknown> {
  const route = mirrorRoutes.find((each) => each.method === method);
  const services = { mirrors: scores } as unknown as ApiServices;
  // The routes look at nothing else of the request.
  const request = { query: new Query(query) } as unknown as ApiRequest;
  const response = await route?.handle(request, services);
  return response?.kind === 'json' ? response.body : undefined;
}

async function print(answer: unknown): Promise<string> {
  const api = await scriptedApi({ 'GET /berth/mirrors': { answer: json(200, answer) } });
  onTestFinished(() => api.close());
  const address = `unix://${api.socketPath}`;
  const told = await mirrorScores({ context: processContext(), address });
  expect(told.answer).toEqual(answer);
  return renderScores(told.rows, Date.now());
}

describe('berth mirrors status', () => {
  test('shows what pulls have measured', async () => {
    const image = randomImage(1_000_000);
    const registry = await startRegistry();
    await upload(registry, image);
    const dead = '127.0.0.1:1';
    const good = await startFaults(registry);
    const source = new Registry({
      registryMirrors: [`http://${dead}`, `http://${good.host}`],
      registryMirrorsFor: { 'ghcr.io': ['https://mirror.invalid/ghcr'] },
    });
    const { store } = await openStore();
    await fetchImage(source, store);
    const answer = await answerOf(source);
    const rows = (await print(answer)).split('\n').map((line) => line.split(/ {2,}/));
    expect(rows[0]).toEqual(
      'REGISTRY/SOURCE/KIND/STATE/FIRST BYTE/THROUGHPUT/SERVED/BLOBS/ERRORS/WRONG/LAST USED'.split(
        '/',
      ),
    );
    const row = (name: string): readonly string[] | undefined =>
      rows.find((cells) => cells[1] === name);
    expect(row(`http://${good.host}`)?.join(' | ')).toMatch(
      /^docker\.io \| \S+ \| mirror \| good \| \d+ ms \| [\d.]+[kMG]?B\/s \| 1MB \| 2 \| 0 \| 0 \| .* ago$/,
    );
    expect(row(`http://${dead}`)).toMatchObject({
      2: 'mirror',
      3: 'failing',
      4: '-',
      5: '-',
      8: '1',
    });
    expect(row('https://mirror.invalid/ghcr')).toMatchObject({
      0: 'ghcr.io',
      3: 'untried',
      10: 'never',
    });
    expect(rows.filter(([name]) => name === 'ghcr.io').map((cells) => cells[1])).toContain(
      'ghcr.io',
    );
    expect(answer).toMatchObject({
      Sources: expect.arrayContaining([
        expect.objectContaining({
          Source: `http://${good.host}`,
          Blobs: 2,
          WrongDigests: 0,
          State: 'good',
        }),
        expect.objectContaining({
          Source: `http://${dead}`,
          FirstByteMs: null,
          BytesPerSecond: null,
        }),
      ]) as unknown,
    });
  });

  test('is an empty table when nothing is configured and nothing was pulled', async () => {
    for (const scores of [undefined, new Registry()]) {
      const answer = await answerOf(scores);
      expect(answer).toEqual({ Sources: [] });
      expect((await print(answer)).split('\n')).toHaveLength(2);
    }
  });
});

describe('berth mirrors reset', () => {
  test('makes the next pull try what had failed', async () => {
    const image = randomImage(100_000);
    const registry = await startRegistry();
    await upload(registry, image);
    const dead = 'http://127.0.0.1:1';
    const good = await startFaults(registry);
    const goodUrl = `http://${good.host}`;
    const source = new Registry({ registryMirrors: [dead, goodUrl] });
    const { store } = await openStore();
    await fetchImage(source, store);
    const stateOf = (name: string): string | undefined =>
      source.scores().find((each) => each.source === name)?.state;
    expect([stateOf(dead), stateOf(goodUrl)]).toEqual(['failing', 'good']);
    const forget = (query: string): Promise<unknown> =>
      answerOf(source, { method: 'DELETE', query });
    expect(await forget(`source=${encodeURIComponent(`${dead}/`)}`)).toEqual({ Forgotten: 1 });
    expect([stateOf(dead), stateOf(goodUrl)]).toEqual(['untried', 'good']);
    expect(await forget('')).toMatchObject({ Forgotten: 1 });
    expect(stateOf(goodUrl)).toBe('untried');
    expect(await answerOf(undefined, { method: 'DELETE', query: '' })).toEqual({ Forgotten: 0 });
  });

  test('asks the engine for it', async () => {
    const api = await scriptedApi({
      'DELETE /berth/mirrors': { answer: json(200, { Forgotten: 3 }) },
    });
    onTestFinished(() => api.close());
    const address = `unix://${api.socketPath}`;
    const count = await forgetMirrorScores({
      context: processContext(),
      address,
      source: undefined,
    });
    expect(count).toBe(3);
  });
});
