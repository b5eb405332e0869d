import { banner } from './banner.ts';

/** A repository as pacman is told of it. */
export interface PacmanRepository {
  readonly id: string;
  readonly title: string;
  /** The folder that has `<id>.db`. */
  readonly baseUrl: string;
}

/** A file that pacman.conf includes (pacman.conf(5), "Repository Sections"). */
export function pacmanRepo({ id, title, baseUrl }: PacmanRepository): string {
  return [
    banner.trimEnd(),
    `# ${title}`,
    `[${id}]`,
    // Packages have to be signed; the list of them may be.
    'SigLevel = Required DatabaseOptional',
    `Server = ${baseUrl}`,
    '',
  ].join('\n');
}

/** The line of pacman.conf that includes a file. */
export function includeLine(path: string): string {
  return `Include = ${path}`;
}
