import { describe, expect, test } from 'vitest';
import { moduleOrder } from './module-order.ts';

const dependencies = `kernel/a/virtio.ko: kernel/a/virtio_ring.ko
kernel/a/virtio_ring.ko:
kernel/b/virtio-blk.ko: kernel/a/virtio.ko kernel/a/virtio_ring.ko
`;
const tables = { dependencies, builtin: 'kernel/fs/ext4/ext4.ko\n' };

describe('moduleOrder', () => {
  test('puts every module after all that it needs, once', () => {
    expect(moduleOrder(['virtio_blk', 'virtio'], tables)).toEqual([
      'kernel/a/virtio_ring.ko',
      'kernel/a/virtio.ko',
      'kernel/b/virtio-blk.ko',
    ]);
  });

  test('leaves out what is part of the kernel', () => {
    expect(moduleOrder(['ext4'], tables)).toEqual([]);
  });

  test('refuses a name that the kernel does not have', () => {
    expect(() => moduleOrder(['virtio_none'], tables)).toThrow('no module "virtio_none"');
  });
});
