/** Gives the value of a variable; `undefined` when it is not set. */
export type Variables = (name: string) => string | undefined;

/** A word's text with its variables replaced, or what is wrong with it. */
export type Expanded =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'problem'; readonly problem: string };

class Problem extends Error {}

/**
 * Replaces variables in a word and takes quotes and backslashes away (Dockerfile reference, "Environment replacement"):
 * `$name`, `${name}`, and with `-`, `+` and `?`, each also after a colon, which counts an empty value as unset.
 */
export function expandWord(word: string, variables: Variables): Expanded {
  try {
    return { kind: 'word', text: new Expansion(word, variables).until('') };
  } catch (error) {
    if (error instanceof Problem) return { kind: 'problem', problem: error.message };
    throw error;
  }
}

class Expansion {
  readonly #text: string;
  readonly #variables: Variables;
  #at = 0;

  constructor(text: string, variables: Variables) {
    this.#text = text;
    this.#variables = variables;
  }

  /** Reads up to a character that ends it, or to the end of the word when that is empty. */
  until(end: '' | '}'): string {
    let result = '';
    for (;;) {
      const character = this.#next();
      if (character === '') {
        if (end === '') return result;
        throw new Problem('missing "}"');
      }
      if (character === end) return result;
      result += this.#piece(character);
    }
  }

  #next(): string {
    const character = this.#text.charAt(this.#at);
    this.#at += 1;
    return character;
  }

  #piece(character: string): string {
    switch (character) {
      case "'":
        return this.#literal();
      case '"':
        return this.#quoted();
      case '$':
        return this.#variable();
      case '\\':
        return this.#next();
      default:
        return character;
    }
  }

  #literal(): string {
    const end = this.#text.indexOf("'", this.#at);
    if (end === -1)
      throw new Problem('unexpected end of the word while looking for a matching single quote');
    const text = this.#text.slice(this.#at, end);
    this.#at = end + 1;
    return text;
  }

  #quoted(): string {
    let result = '';
    for (;;) {
      const character = this.#next();
      if (character === '')
        throw new Problem('unexpected end of the word while looking for a matching double quote');
      if (character === '"') return result;
      if (character === '$') result += this.#variable();
      else if (character === '\\') {
        const escaped = this.#next();
        result += ['"', '$', '\\'].includes(escaped) ? escaped : `\\${escaped}`;
      } else result += character;
    }
  }

  #variable(): string {
    if (this.#text.charAt(this.#at) !== '{') {
      const name = this.#name();
      return name === '' ? '$' : (this.#variables(name) ?? '');
    }
    this.#next();
    const name = this.#name();
    if (name === '') throw new Problem('a "${" without a name');
    let operator = this.#next();
    if (operator === '}') return this.#variables(name) ?? '';
    const emptyIsUnset = operator === ':';
    if (emptyIsUnset) operator = this.#next();
    const word = this.until('}');
    const value = this.#variables(name);
    const isSet = value !== undefined && !(emptyIsUnset && value === '');
    switch (operator) {
      case '-':
        return isSet ? value : word;
      case '+':
        return isSet ? word : '';
      case '?':
        if (isSet) return value;
        throw new Problem(`${name}: ${word === '' ? 'it is not set' : word}`);
      default:
        throw new Problem(`unsupported modifier "${operator}" in "\${${name}...}"`);
    }
  }

  #name(): string {
    const match = /^(?:[A-Za-z_][A-Za-z0-9_]*|[0-9]+)/.exec(this.#text.slice(this.#at));
    const name = match?.[0] ?? '';
    this.#at += name.length;
    return name;
  }
}
