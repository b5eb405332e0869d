/** Indents every line, so that what belongs to a stage is seen to. */
export function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '    ');
}
