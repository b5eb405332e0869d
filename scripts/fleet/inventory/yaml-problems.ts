import { isMap, isNode, isScalar, type Document } from 'yaml';
import type { z } from 'zod';
import { fleetErrorMessages as m } from '../../../messages/areas/fleet-errors.ts';
import { parseYaml } from '../../yaml/parse-yaml.ts';

/** Where something is in a YAML document: keys and indexes from its top. */
export type YamlPath = readonly PropertyKey[];

/** Something that is not as wanted, at a place of a document. */
export interface YamlProblem {
  readonly path: YamlPath;
  readonly problem: string;
  /** `key`: the key at the path is the problem, and not its value. */
  readonly at: 'key' | 'value';
}

/** A YAML document that remembers where everything in it is. */
export interface LocatedYaml {
  /** As plain JavaScript values. */
  readonly value: unknown;
  /** What is wrong with the YAML itself, as lines for people. */
  readonly errors: readonly string[];
  /** A problem as a line with its place. */
  readonly describe: (problem: YamlProblem) => string;
}

/** Parses YAML 1.2. Never throws. */
export function parseLocatedYaml(text: string): LocatedYaml {
  const { document, value, faults, placeOf } = parseYaml(text);
  const describeAt = (offset: number, where: string, problem: string): string =>
    m.problemAt({ ...placeOf(offset), where, problem });
  return {
    value,
    errors: faults.map(({ offset, problem }) => describeAt(offset, '', problem)),
    describe: ({ path, problem, at }) =>
      describeAt(offsetOf(document, path, at), pathText(path), problem),
  };
}

/** The problems that zod found, each at its place. */
export function problemsOfZod(error: z.ZodError): readonly YamlProblem[] {
  return error.issues.flatMap((issue): readonly YamlProblem[] =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({
          path: [...issue.path, key],
          problem: issue.message,
          at: 'key',
        }))
      : [
          {
            path: issue.path,
            problem: issue.message,
            at: issue.code === 'invalid_key' ? 'key' : 'value',
          },
        ],
  );
}

/** Offset of what is at a path, or of the nearest thing around it. */
function offsetOf(document: Document, path: YamlPath, at: 'key' | 'value'): number {
  if (at === 'key') {
    const parent = nodeAt(document, path.slice(0, -1));
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(path.at(-1)))
      : undefined;
    if (isScalar(pair?.key)) return pair.key.range?.[0] ?? 0;
  }
  for (let length = path.length; length >= 0; length -= 1) {
    const node = nodeAt(document, path.slice(0, length));
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

function nodeAt(document: Document, path: YamlPath): unknown {
  return path.length === 0 ? document.contents : document.getIn(path, true);
}

/** `hosts[2].port` */
function pathText(path: YamlPath): string {
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`,
    )
    .join('');
}
