/** Questions and answers of a container that are remembered; with more all are forgotten, which costs one lookup each. */
const mostBytes = 512 * 1024;
/** What an entry takes besides. */
const entryBytes = 200;

interface Remembered {
  readonly answers: readonly [Buffer, ...Buffer[]];
  /** How often it was given. */
  given: number;
}

/**
 * Answers by the bytes of their questions, so that what is asked again and again is not even read. It holds for one generation of
 * the directory.
 */
export class AnswerCache {
  readonly #remembered = new Map<string, Remembered>();
  #generation = 0;
  #bytes = 0;

  /** A new answer to a question that was asked before, its addresses in the next order; `undefined` for another question. */
  answer(query: Buffer, generation: number): Buffer | undefined {
    if (generation !== this.#generation) {
      this.#forget();
      this.#generation = generation;
      return undefined;
    }
    const found = this.#remembered.get(keyOf(query));
    return found && next(query, found);
  }

  /** Remembers the answers to a question, and gives the first. */
  remember(query: Buffer, answers: Remembered['answers']): Buffer {
    const remembered = { answers, given: 0 };
    const bytes = answers.reduce((sum, { length }) => sum + length, query.length + entryBytes);
    if (this.#bytes + bytes > mostBytes) this.#forget();
    if (bytes <= mostBytes) {
      this.#bytes += bytes;
      this.#remembered.set(keyOf(query), remembered);
    }
    return next(query, remembered);
  }

  #forget(): void {
    this.#remembered.clear();
    this.#bytes = 0;
  }
}

/** All but the first two bytes, the number that each question has. */
function keyOf(query: Buffer): string {
  return query.toString('latin1', 2);
}

function next(query: Buffer, remembered: Remembered): Buffer {
  const { answers, given } = remembered;
  remembered.given = given + 1;
  const answer = Buffer.from(answers[given % answers.length] ?? answers[0]);
  answer[0] = query[0] ?? 0;
  answer[1] = query[1] ?? 0;
  return answer;
}
