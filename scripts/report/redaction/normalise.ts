/** Control sequences of terminals (ECMA-48): colours, cursor, titles. */
const escapeSequence =
  /\x1b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]|\][^\x07\x1b\n]{0,512}(?:\x07|\x1b\\)|[@-Z\\^_=>78cDEHM])/g;
/** Characters that show nothing; with them a secret could be cut apart, and UTF-16 read as UTF-8 is full of them. */
const invisible = /[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;
/** What may be the beginning of something of the above. */
const unfinished = /\x1b(?:\[[0-?]{0,64}[ -/]{0,8}|\][^\x07\x1b\n]{0,512}\x1b?)?$/;

/** Text as it is looked at and kept: without colours and control characters, with line ends of one kind. */
export function normalise(text: string): string {
  return text.replaceAll(escapeSequence, '').replaceAll('\r\n', '\n').replaceAll(invisible, '');
}

/** Where the part of a chunk begins that can only be understood with the next one. */
export function unfinishedAt(text: string): number {
  const tail = text.slice(-600);
  const at = tail.endsWith('\r') ? tail.length - 1 : (unfinished.exec(tail)?.index ?? tail.length);
  return text.length - tail.length + at;
}
