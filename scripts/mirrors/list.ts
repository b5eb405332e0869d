import { catalogueOf, type ActionInput } from './action.ts';
import { renderCatalogue } from './render-mirrors.ts';
import { readResults } from './result-cache.ts';

/** `berth mirrors list`: the catalogue. As JSON it is a catalogue that `--catalogue` takes. */
export async function listMirrors(input: ActionInput): Promise<number> {
  const { context, host, options } = input;
  const catalogue = await catalogueOf(input);
  const { kinds, format } = options;
  const mirrors = catalogue.mirrors.filter(({ kind }) => kinds.includes(kind));
  const results = await readResults(host, context.clock.now());
  const text =
    format === 'json'
      ? `${JSON.stringify({ version: 1, collected: catalogue.collected, mirrors }, undefined, 2)}\n`
      : renderCatalogue(catalogue, { kinds, results });
  await context.console.output.write(text);
  return 0;
}
