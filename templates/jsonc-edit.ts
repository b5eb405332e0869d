import { parseTree, type Node } from 'jsonc-parser';

/*
 * Edits of a JSON object as text: whatever is not changed keeps its bytes, comments, blanks and order. The library's own
 * `modify` formats what is beside a change anew, and lets a comment behind the last key slip to the next one.
 */

/** How new text is laid out: as the text that it comes into. */
interface Layout {
  readonly indentation: string;
  readonly lineEnd: string;
}

/** Sets a key of the object in `text` (valid JSON, comments allowed). */
export function withKey(text: string, key: string, value: unknown): string {
  const root = rootOf(text);
  const layout = layoutOf(text);
  const present = valueNode(root, key);
  if (present !== undefined) {
    return spliced(text, present, serialised(value, layout));
  }
  return appended(text, root, {
    entry: `${JSON.stringify(key)}: ${serialised(value, layout)}`,
    margin: layout.indentation,
    layout,
  });
}

/** Removes a key with the comma that belongs to it; comments around it stay. */
export function withoutKey(text: string, key: string): string {
  const root = rootOf(text);
  const node = valueNode(root, key)?.parent;
  return node === undefined ? text : removed(text, root, node);
}

/** Puts strings at the end of a list that is a value of the object; makes the list where there is none. */
export function withAppended(text: string, key: string, items: readonly string[]): string {
  return items.reduce((now, item) => {
    const list = listNode(now, key);
    if (list === undefined) return withKey(now, key, [item]);
    const layout = layoutOf(now);
    const margin = layout.indentation.repeat(2);
    return appended(now, list, { entry: JSON.stringify(item), margin, layout });
  }, text);
}

/** Puts strings at the front of a list, in their order, and takes them away from where else in it they are. */
export function withPrepended(text: string, key: string, items: readonly string[]): string {
  const list = listNode(text, key);
  if (list === undefined) return withKey(text, key, items);
  const children = list.children ?? [];
  if (children.length === 0) return withAppended(text, key, items);
  if (items.every((item, index) => children[index]?.value === item)) return text;
  const added = [...items].reverse().reduce((now, item) => withFirst(now, key, item), text);
  // Now that others stand before them, those behind can go, and the comments between them stay.
  const superfluous = children.filter(({ value }) => items.includes(String(value)));
  return superfluous.reduce((now, { value }) => withoutLast(now, key, String(value)), added);
}

function withoutLast(text: string, key: string, item: string): string {
  const list = listNode(text, key);
  const node = list?.children?.findLast(({ value }) => value === item);
  return list === undefined || node === undefined ? text : removed(text, list, node);
}

function withFirst(text: string, key: string, item: string): string {
  const first = listNode(text, key)?.children?.[0];
  if (first === undefined) return withKey(text, key, [item]);
  // What stands between the line's beginning and the first item: nothing else, when each has a line of its own.
  const line = text.slice(text.lastIndexOf('\n', first.offset) + 1, first.offset);
  const gap = /^[ \t]*$/.test(line) ? `${layoutOf(text).lineEnd}${line}` : ' ';
  return spliced(text, { offset: first.offset, length: 0 }, `${JSON.stringify(item)},${gap}`);
}

function rootOf(text: string): Node {
  const root = parseTree(text);
  if (root?.type === 'object') return root;
  throw new TypeError('only the text of a JSON object can be edited');
}

/** The value of a key; of one that is there twice the last, which is the one that counts (as in JSON.parse). */
function valueNode(root: Node, key: string): Node | undefined {
  return root.children?.findLast((property) => property.children?.[0]?.value === key)
    ?.children?.[1];
}

function listNode(text: string, key: string): Node | undefined {
  const node = valueNode(rootOf(text), key);
  return node?.type === 'array' ? node : undefined;
}

type Span = Pick<Node, 'offset' | 'length'>;

function spliced(text: string, { offset, length }: Span, replacement: string): string {
  return `${text.slice(0, offset)}${replacement}${text.slice(offset + length)}`;
}

/** Blanks and comments up to the end of a line, when nothing else is on it: they belong to what is before them. */
const restOfLine = /^(?:[ \t]|\/\*(?:(?!\*\/)[^\n])*\*\/)*(?:\/\/[^\r\n]*)?(?=\r?\n)/;

interface Addition {
  readonly entry: string;
  /** What a line of its own begins with. */
  readonly margin: string;
  readonly layout: Layout;
}

/** Puts an entry behind the last of an object or a list. */
function appended(text: string, parent: Node, { entry, margin, layout }: Addition): string {
  const last = parent.children?.at(-1);
  const { lineEnd } = layout;
  if (last === undefined) {
    const isRoot = parent.parent === undefined;
    const inner = text.slice(parent.offset + 1, parent.offset + parent.length - 1);
    const closing = isRoot ? '' : layout.indentation;
    const kept = inner.trimEnd();
    return spliced(
      text,
      { offset: parent.offset + 1, length: inner.length },
      `${kept}${lineEnd}${margin}${entry}${lineEnd}${closing}`,
    );
  }
  const end = last.offset + last.length;
  const isOneLine = !/\n/.test(text.slice(parent.offset, last.offset));
  const rest = isOneLine ? undefined : restOfLine.exec(text.slice(end))?.[0];
  if (rest === undefined) {
    return spliced(text, { offset: end, length: 0 }, `, ${entry}`);
  }
  return spliced(
    text,
    { offset: end, length: rest.length },
    `,${rest}${lineEnd}${marginOf(text, last) ?? margin}${entry}`,
  );
}

/** The blanks before a node, when it is the first of its line. */
function marginOf(text: string, { offset }: Node): string | undefined {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  return /^[ \t]*$/.test(line) ? line : undefined;
}

/** Takes a child away with one comma: the one behind it, or, behind the last one, the one before it. */
function removed(text: string, parent: Node, node: Node): string {
  const children = parent.children ?? [];
  const index = children.indexOf(node);
  const next = children[index + 1];
  const previous = children[index - 1];
  if (next !== undefined) {
    const between = text.slice(node.offset + node.length, next.offset);
    // Comments between the two stay, the comma and one line's blanks go.
    const kept = withoutComma(between).replace(/^[ \t]*\r?\n?[ \t]*/, '');
    return spliced(text, { offset: node.offset, length: next.offset - node.offset }, kept);
  }
  if (previous === undefined) return spliced(text, node, '');
  const start = previous.offset + previous.length;
  const between = text.slice(start, node.offset);
  const kept = withoutComma(between);
  // A comment up to the end of its line needs that end.
  const isBlank = kept.trim() === '';
  const length = node.offset + node.length - start;
  return spliced(text, { offset: start, length }, isBlank ? '' : kept.replace(/[ \t]+$/, ''));
}

/** The first comma of what is between two children, comments aside, taken away. */
function withoutComma(between: string): string {
  return between.replace(/^((?:\s|\/\*[^]*?\*\/|\/\/[^\n]*\n)*),/, '$1');
}

function layoutOf(text: string): Layout {
  return {
    indentation: /^[ \t]+(?=")/m.exec(text)?.[0] ?? '  ',
    lineEnd: text.includes('\r\n') ? '\r\n' : '\n',
  };
}

/** A value as text, its further lines indented as a key's of the object. */
function serialised(value: unknown, { indentation, lineEnd }: Layout): string {
  return JSON.stringify(value, undefined, indentation).replaceAll('\n', `${lineEnd}${indentation}`);
}
