/** The first characters of a text, with an ellipsis for the rest; at most `length` characters in all. */
export function ellipsis(text: string, length: number): string {
  const characters = Array.from(text);
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}

/** The twelve characters by which Docker shows an id. A digest loses its algorithm. */
export function shortId(id: string): string {
  return (id.includes(':') ? id.slice(id.indexOf(':') + 1) : id).slice(0, 12);
}
