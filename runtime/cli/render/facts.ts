/** A fact to print: its name and value, or a heading with facts under it. */
export type Fact =
  | { readonly name: string; readonly value: string | number }
  | { readonly name: string; readonly facts: readonly Fact[] };

/** Facts as indented `name: value` lines. What has no value is left out. */
export function renderFacts(facts: readonly Fact[], indent = ''): string {
  return facts
    .map((fact) => {
      if ('facts' in fact) {
        const inner = renderFacts(fact.facts, `${indent} `);
        return inner === '' ? '' : `${indent}${fact.name}:\n${inner}`;
      }
      return fact.value === '' ? '' : `${indent}${fact.name}: ${fact.value}\n`;
    })
    .join('');
}
