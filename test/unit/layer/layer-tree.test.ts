import { describe, expect, test } from 'vitest';

import { LayerTree, makeDirectory, otherNode } from '../../../runtime/layer/layer-tree.ts';

/** A tree that has these links, and the folders they are in. */
function treeWith(links: Readonly<Record<string, string>>): { tree: LayerTree; implied: string[] } {
  const implied: string[] = [];
  const tree = new LayerTree((directory) => implied.push(directory.path));
  for (const [path, target] of Object.entries(links)) {
    const parts = path.split('/');
    tree.add(tree.directory(parts.slice(0, -1)), parts.at(-1) ?? '', { kind: 'symlink', target });
  }
  return { tree, implied };
}

describe('a path is followed as in a chroot', () => {
  // Links, path, where it leads.
  test.each([
    [{}, 'a/b', 'a/b'],
    [{ lib: 'usr/lib' }, 'lib/x', 'usr/lib/x'],
    [{ lib: '/usr/lib' }, 'lib/x', 'usr/lib/x'],
    [{ 'a/b/up': '../c' }, 'a/b/up/x', 'a/c/x'],
    [{ 'a/here': '.' }, 'a/here/here/x', 'a/x'],
    [{ one: 'two', two: '/three' }, 'one/x', 'three/x'],
    [{ 'a/root': '/' }, 'a/root/a/x', 'a/x'],
    [{ 'a/b': '../a/../c//./d' }, 'a/b', 'c/d'],
  ])('%j: %s', (links, path, expected) => {
    const { tree } = treeWith(links);
    expect(tree.directory(path.split('/')).path).toBe(expected);
  });

  test.each([
    [{ up: '..' }, 'up'],
    [{ up: '/..' }, 'up'],
    [{ 'a/up': '../..' }, 'a/up/x'],
    [{ 'a/up': '/a/../../etc' }, 'a/up'],
  ])('%j: %s leads out', (links, path) => {
    const { tree } = treeWith(links);
    expect(() => tree.directory(path.split('/'))).toThrow(/out of the layer's root/);
  });

  test('links in a circle are noticed', () => {
    const { tree } = treeWith({ a: 'b', b: 'a' });
    expect(() => tree.directory(['a'])).toThrow(/too many links/);
  });
});

test('folders that are missing are made from the top down', () => {
  const { tree, implied } = treeWith({});
  tree.directory(['a', 'b', 'c']);
  tree.directory(['a', 'b', 'd']);
  expect(implied).toEqual(['a', 'a/b', 'a/b/c', 'a/b/d']);
});

test('a name is taken once', () => {
  const { tree } = treeWith({});
  const attributes = {
    mode: 0,
    uid: 0,
    gid: 0,
    mtime: { seconds: 0, nanoseconds: 0 },
    xattrs: new Map<string, Buffer>(),
  };
  expect(tree.add(tree.root, 'a', makeDirectory('a', attributes))).toBe('a');
  expect(() => tree.add(tree.root, 'a', otherNode)).toThrow(/two entries for "a"/);
});

test('folders are told each before what is in it', () => {
  const { tree } = treeWith({});
  for (const path of ['b/c/d', 'a', 'b/e']) tree.directory(path.split('/'));
  const order = [...tree.directories()].map(({ path }) => path);
  expect(order).toHaveLength(6);
  for (const path of order) {
    const parent = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.';
    expect(order.indexOf(parent)).toBeLessThanOrEqual(order.indexOf(path));
  }
});
