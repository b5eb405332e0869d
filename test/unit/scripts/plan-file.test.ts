import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hostAt } from '../../../scripts/host/provision-host.ts';
import { loadPlan, requireFresh, savePlan } from '../../../scripts/plan/plan-file.ts';
import { planFor, planHash, type Plan } from '../../../scripts/plan/plan.ts';

let root: string;
let file: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'berth-plan-'));
  file = join(root, 'plan.json');
  await mkdir(join(root, 'etc'));
});
afterEach(() => rm(root, { recursive: true }));

function makePlan(): Promise<Plan> {
  const steps = [{ kind: 'write-file', path: '/etc/a', content: 'x', mode: 0o644 } as const];
  return planFor({ request: { a: 'b', c: null }, steps }, hostAt(root));
}

describe('a saved plan', () => {
  test('comes back as it was, with the same hash', async () => {
    const plan = await makePlan();
    await savePlan(file, plan);
    expect(await loadPlan(file)).toEqual(plan);
    expect(planHash(await loadPlan(file))).toBe(planHash(plan));
  });

  test('that was changed by hand is refused', async () => {
    await savePlan(file, await makePlan());
    await writeFile(file, (await readFile(file, 'utf8')).replace('/etc/a', '/etc/b'));
    await expect(loadPlan(file)).rejects.toMatchObject({
      code: 'PLAN_INVALID',
      message: expect.stringContaining('its hash is') as unknown,
    });
  });

  test.each(['', '{}', '{"hash":"x","plan":{"version":2}}'])('%j is no plan', async (text) => {
    await writeFile(file, text);
    await expect(loadPlan(file)).rejects.toMatchObject({ code: 'PLAN_INVALID' });
  });

  test('that is missing is refused, too', async () => {
    await expect(loadPlan(file)).rejects.toMatchObject({ code: 'PLAN_INVALID' });
  });

  test('is stale once the host has changed, which is named', async () => {
    const plan = await makePlan();
    await requireFresh(plan, hostAt(root));
    await writeFile(join(root, 'etc/a'), 'someone else');
    await expect(requireFresh(plan, hostAt(root))).rejects.toMatchObject({
      code: 'PLAN_STALE',
      message: expect.stringMatching(/write \/etc\/a \("absent" then, "sha256:/) as unknown,
    });
  });
});
