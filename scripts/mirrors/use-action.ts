import { mirrorMessages as m } from '../../messages/areas/mirrors.ts';
import { places } from '../host/places.ts';
import { requireRoot } from '../host/require-root.ts';
import { renderPlan, viewPlan } from '../plan/render-plan.ts';
import type { Plan } from '../plan/plan.ts';
import { confirmed } from '../ui/confirm.ts';
import type { ActionInput } from './action.ts';
import { loadCatalogue } from './catalogue/load-catalogue.ts';
import { parseWishes } from './catalogue/wish.ts';
import {
  chosenPackageMirror,
  chosenRegistryMirrors,
  type ChooseEnvironment,
  type RegistryChoice,
} from './choose.ts';
import { requireNames } from './options.ts';
import { configBackup } from './use/config-steps.ts';
import { usePackagesPlan } from './use/use-packages.ts';
import { applyUse, presentMirrors, useRegistryPlan } from './use/use-registry.ts';

/** What came of `berth mirrors use`; `--json` prints it. */
interface UseResult {
  readonly outcome: 'changed' | 'unchanged' | 'planned' | 'declined';
  readonly registryMirrors?: readonly string[];
  readonly packages?: string;
  readonly said: readonly string[];
}

/** `berth mirrors use auto|upstream|NAME|URL`: a journalled run of its own. Throws MIRROR_*, USAGE, and as `applyUse`. */
export async function useAction(input: ActionInput): Promise<number> {
  const { host, options } = input;
  const [name = ''] = requireNames('use', input.names, { least: 1, most: 1 });
  if (options.plan === 'apply') requireRoot('mirrors use');
  const said: string[] = [];
  const env = chooseEnvironment(input, (line) => {
    said.push(line);
  });
  const [only] = options.kinds.length === 1 ? options.kinds : [];
  const word = only === undefined ? name : `${only}=${name}`;
  const wishes = parseWishes([word], await loadCatalogue(host, options.catalogue));
  // Packages are only meant where that was said: most hosts have no docker-ce repository.
  if (only === 'packages' || (wishes.registry === undefined && wishes.packages !== undefined)) {
    return usePackages(word, { input, env, said });
  }
  const present = await presentMirrors(host);
  const choice = await chosenRegistryMirrors([word.replace(/^(registry=)?/, 'registry=')], {
    ...env,
    present,
  });
  return useRegistry(choice, { input, said });
}

function chooseEnvironment(
  { host, context, options }: ActionInput,
  tell: (line: string) => void,
): ChooseEnvironment {
  const { catalogue, results, failing, deadlineMs, imageText, keys } = options;
  return {
    ...{ host, clock: context.clock, signal: context.signal, tell },
    ...{ results, failing, deadlineMs, image: imageText },
    ...(catalogue === undefined ? {} : { catalogue }),
    ...(keys === undefined ? {} : { keys }),
  };
}

async function useRegistry(
  choice: RegistryChoice,
  { input, said }: { readonly input: ActionInput; readonly said: readonly string[] },
): Promise<number> {
  const { host, context } = input;
  if (choice.kind === 'leave') return report({ outcome: 'unchanged', said }, input);
  const registryMirrors = choice.kind === 'mirrors' ? choice.urls : [];
  const plan = await useRegistryPlan(choice, { host, context });
  const outcome = await carryOut(plan, input, said);
  const backup = configBackup;
  const done =
    registryMirrors.length === 0
      ? m.useUpstreamDone({ backup })
      : m.useDone({ mirrors: registryMirrors.join(', '), backup });
  const lines = outcome === 'changed' ? [...said, done] : said;
  return report({ outcome, registryMirrors, said: lines }, input);
}

async function usePackages(
  word: string,
  using: {
    readonly input: ActionInput;
    readonly env: ChooseEnvironment;
    readonly said: readonly string[];
  },
): Promise<number> {
  const { input, env, said } = using;
  const { host, context, options } = input;
  const choice = await chosenPackageMirror([word], env);
  const { plan, root } = await usePackagesPlan(choice, { host, context, keys: options.keys });
  const outcome = await carryOut(plan, input, said);
  const done = outcome === 'changed' ? [m.usePackagesDone({ root })] : [];
  return report({ outcome, packages: root, said: [...said, ...done] }, input);
}

async function carryOut(
  plan: Plan,
  input: ActionInput,
  said: readonly string[],
): Promise<UseResult['outcome']> {
  const { host, context, options } = input;
  const view = await viewPlan(plan, host);
  if (view.changes.length === 0) return 'unchanged';
  const isText = options.format === 'text';
  if (isText) {
    for (const line of said) await context.console.errors.write(`${line}\n`);
  }
  if (options.plan === 'show') {
    if (isText) await context.console.output.write(`${renderPlan(view, 'diffs')}\n`);
    return 'planned';
  }
  const message = m.useQuestion({ path: places.daemonConfig });
  const question = { message, usually: 'yes', unattended: 'go-on' } as const;
  const yes = isText ? options.yes : true;
  if (!(await confirmed(question, { context, yes }))) return 'declined';
  await applyUse(plan, { host, context });
  return 'changed';
}

async function report(result: UseResult, { context, options }: ActionInput): Promise<number> {
  const { outcome, said } = result;
  if (options.format === 'json') {
    await context.console.output.write(`${JSON.stringify(result, undefined, 2)}\n`);
    return 0;
  }
  const ends: Readonly<Record<UseResult['outcome'], readonly string[]>> = {
    changed: said.slice(-1),
    unchanged: [...said, m.useUnchanged()],
    planned: [m.useDeclined()],
    declined: [m.useDeclined()],
  };
  for (const line of ends[outcome]) await context.console.output.write(`${line}\n`);
  return 0;
}
