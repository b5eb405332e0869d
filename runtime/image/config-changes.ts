import { changeError } from './dockerfile/change-error.ts';
import { instructions } from './dockerfile/instructions.ts';
import type { ConfigDraft } from './dockerfile/instructions.ts';
import { splitInstructions } from './dockerfile/lines.ts';
import type { ImageRunConfig } from './image-config.ts';

/**
 * Changes how an image runs by instructions of a Dockerfile, as `docker commit --change` and `docker import --change`
 * do. Variables in them are those of the configuration.
 *
 * @param changes One or several instructions each
 * @returns A new configuration; the given one, when there are no changes
 * @throws CONFIG_CHANGE_INVALID for an instruction that changes more than the configuration, or is malformed
 */
export function applyConfigChanges(
  config: ImageRunConfig,
  changes: readonly string[],
): ImageRunConfig {
  if (changes.length === 0) return config;
  const lines = splitInstructions(changes.join('\n'));
  if (lines.length === 0) throw changeError('file with no instructions', changes.join('\n'));
  // All are looked at before any is applied, as Docker does: the first that is none of them is the one that is named.
  const steps = lines.map((line) => {
    const apply = instructions.get(line.instruction.toLowerCase());
    if (apply !== undefined) return { apply, line };
    throw changeError(`${line.instruction} is not a valid change command`, line.original);
  });
  const draft: ConfigDraft = { config, commandSet: false };
  for (const { apply, line } of steps) apply(draft, line);
  return draft.config;
}
