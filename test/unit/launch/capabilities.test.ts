import { describe, expect, it } from 'vitest';
import {
  capabilityMasks,
  capabilityNames,
  capabilityNumber,
  capabilitySet,
  defaultCapabilities,
  namesInMask,
} from '../../../runtime/launch/process/capabilities.ts';

describe('capability names', () => {
  it.each([
    ['CAP_CHOWN', 0],
    ['CAP_SETPCAP', 8],
    ['CAP_SYS_ADMIN', 21],
    ['CAP_AUDIT_WRITE', 29],
    ['CAP_SYSLOG', 34],
    ['CAP_CHECKPOINT_RESTORE', 40],
  ])('%s is number %i', (name, number) => {
    expect(capabilityNumber(name)).toBe(number);
    expect(capabilityNames[number]).toBe(name);
  });

  it('are 41', () => {
    expect(new Set(capabilityNames).size).toBe(41);
  });
});

describe('capabilitySet', () => {
  it("turns Docker's default set into the mask that docker's containers show in CapEff", () => {
    expect(capabilitySet(defaultCapabilities)).toEqual({ mask: 0xa80425fbn, unknown: [] });
  });

  it('goes above 32 bits', () => {
    expect(capabilitySet(['CAP_BPF']).mask).toBe(1n << 39n);
  });

  it('reports names that nobody knows, and those newer than the kernel', () => {
    expect(capabilitySet(['CAP_KILL', 'CAP_FLY', 'CAP_BPF'], 37)).toEqual({
      mask: 1n << 5n,
      unknown: ['CAP_FLY', 'CAP_BPF'],
    });
  });

  it('comes back from the mask, by number', () => {
    expect(namesInMask(capabilitySet(['CAP_BPF', 'CAP_KILL']).mask)).toEqual([
      'CAP_KILL',
      'CAP_BPF',
    ]);
    expect(namesInMask(1n << 50n)).toEqual([]);
  });
});

describe('capabilityMasks', () => {
  it('keeps the five sets apart and names an unknown capability once', () => {
    const masks = capabilityMasks({
      bounding: ['CAP_CHOWN', 'CAP_FLY'],
      effective: ['CAP_DAC_OVERRIDE', 'CAP_FLY'],
      inheritable: ['CAP_DAC_READ_SEARCH'],
      permitted: ['CAP_FOWNER'],
      ambient: [],
    });
    expect(masks).toEqual({
      bounding: 1n,
      effective: 2n,
      inheritable: 4n,
      permitted: 8n,
      ambient: 0n,
      unknown: ['CAP_FLY'],
    });
  });

  it('lets be ambient what is permitted and inheritable, as the kernel does', () => {
    const { ambient } = capabilityMasks({
      bounding: [],
      effective: [],
      inheritable: ['CAP_CHOWN', 'CAP_KILL'],
      permitted: ['CAP_FOWNER', 'CAP_KILL'],
      ambient: ['CAP_CHOWN', 'CAP_FOWNER', 'CAP_KILL'],
    });
    expect(ambient).toBe(capabilitySet(['CAP_KILL']).mask);
  });
});
