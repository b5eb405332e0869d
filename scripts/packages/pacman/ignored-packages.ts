const option = /^(\s*IgnorePkg\s*=\s*)(.*)$/;

/** pacman.conf(5) with packages added to those that upgrades leave alone. */
export function withIgnored(content: string, names: readonly string[]): string {
  const line = `IgnorePkg = ${names.join(' ')}`;
  const title = /^\s*\[options\].*$/m.exec(content);
  if (title === null) return `[options]\n${line}\n${content}`;
  const at = title.index + title[0].length;
  return `${content.slice(0, at)}\n${line}${content.slice(at)}`;
}

/** pacman.conf(5) without these packages among the ignored ones. A line that would be left empty goes. */
export function withoutIgnored(content: string, names: readonly string[]): string {
  return content
    .split('\n')
    .flatMap((line) => {
      const match = option.exec(line);
      if (match === null) return [line];
      const listed = (match[2] ?? '').split(/\s+/).filter((name) => name !== '');
      const left = listed.filter((name) => !names.includes(name));
      if (left.length === listed.length) return [line];
      return left.length === 0 ? [] : [`${match[1] ?? ''}${left.join(' ')}`];
    })
    .join('\n');
}
