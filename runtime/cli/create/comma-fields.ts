/**
 * Splits at commas; one in quotes, `"a,b"`, belongs to its field (RFC 4180, 2), and `""` there is a quote. `undefined` when
 * quotes are in the middle or do not end.
 */
export function commaFields(text: string): readonly string[] | undefined {
  const parts = [...text.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,"]*))(?=,|$)/g)];
  if (parts.map(([whole]) => whole).join('') !== text) return undefined;
  return parts.map(([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain);
}
