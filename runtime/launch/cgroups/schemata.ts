import type { IntelRdt } from '../../spec/intel-rdt.ts';

/**
 * The lines that are written to `schemata`: of `l3CacheSchema`, without those about memory bandwidth when
 * `memBwSchema` is about that (OCI runtime-spec 1.2.1, config-linux.md, "IntelRdt").
 */
export function schemataLines({
  l3CacheSchema = '',
  memBwSchema = '',
}: IntelRdt): readonly string[] {
  const lines = l3CacheSchema.split('\n').filter((line) => line.trim() !== '');
  if (memBwSchema === '') return lines;
  return [...lines.filter((line) => !line.trim().startsWith('MB:')), memBwSchema];
}

/** A line that says something else than a `schemata` file does; `undefined` when they agree. */
export function differingLine(lines: readonly string[], file: string): string | undefined {
  const present = new Map(file.split('\n').map(parseLine));
  return lines.find((line) => {
    const [resource, parts] = parseLine(line);
    const own = present.get(resource);
    return [...parts].some(([domain, value]) => own?.get(domain) !== value);
  });
}

/** `L3:0=7f0;1=1f`: masks are hexadecimal and come back with zeros before them, percentages are decimal. */
function parseLine(line: string): readonly [resource: string, parts: ReadonlyMap<number, number>] {
  const [resource = '', rest = ''] = line.trim().split(':');
  const base = resource.startsWith('MB') ? 10 : 16;
  const parts = rest.split(';').filter((part) => part.includes('='));
  return [
    resource,
    new Map(
      parts.map((part) => {
        const [domain = '', value = ''] = part.split('=');
        return [Number(domain), Number.parseInt(value, base)];
      }),
    ),
  ];
}
