import { ApiClient } from './client.ts';
import { defaultAddress, parseEndpoint } from './endpoint.ts';
import { fieldsOf, listOf, optionalText } from './fields.ts';

/** What an engine has names for. */
export type NameKind = 'container' | 'image' | 'network' | 'volume';

/** How long somebody who has pressed Tab is made to wait. */
const patienceMs = 1000;

const texts = (value: unknown): readonly string[] => listOf(value, 'names').map(String);

const lists: Readonly<
  Record<
    NameKind,
    { readonly path: string; readonly names: (answer: unknown) => readonly string[] }
  >
> = {
  container: {
    path: '/containers/json',
    names: (answer) =>
      listOf(answer, 'containers').flatMap((each) =>
        texts(fieldsOf(each, 'container')['Names']).map((name) => name.replace(/^\//, '')),
      ),
  },
  image: {
    path: '/images/json',
    names: (answer) =>
      listOf(answer, 'images')
        .flatMap((each) => texts(fieldsOf(each, 'image')['RepoTags']))
        .filter((name) => !name.startsWith('<none>')),
  },
  network: {
    path: '/networks',
    names: (answer) =>
      listOf(answer, 'networks').map((each) => optionalText(fieldsOf(each, 'network'), 'Name')),
  },
  volume: {
    path: '/volumes',
    names: (answer) =>
      listOf(fieldsOf(answer, 'volumes')['Volumes'], 'volumes').map((each) =>
        optionalText(fieldsOf(each, 'volume'), 'Name'),
      ),
  },
};

/** The names that an engine has, for a shell to complete. None when it does not answer soon: nobody is told of errors then. */
export async function engineNames(
  kinds: readonly NameKind[],
  address: string = defaultAddress,
): Promise<readonly string[]> {
  try {
    const client = new ApiClient(parseEndpoint(address));
    const signal = AbortSignal.timeout(patienceMs);
    const found = await Promise.all(
      kinds.map(async (kind) => {
        const { path, names } = lists[kind];
        const query = kind === 'container' ? { all: 1 } : {};
        return names(await client.json({ method: 'GET', path, query, signal }));
      }),
    );
    return found.flat();
  } catch {
    return [];
  }
}
