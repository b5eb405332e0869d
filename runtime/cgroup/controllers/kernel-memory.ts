import type { MemoryResources, Resources } from '../../spec/resources.ts';
import type { CgroupReport, CgroupWrite } from '../cgroup-plan.ts';
import type { CgroupV1Layout } from '../layout.ts';
import type { Controller } from './controller.ts';
import { fieldsSet, report, write } from './controller.ts';

const kernelFile = 'memory.kmem.limit_in_bytes';
const tcpFile = 'memory.kmem.tcp.limit_in_bytes';

/** A limit: 0 is "not set", and -1 is how a new folder begins. */
function limitOf(bytes: number | undefined): number | undefined {
  return bytes === 0 || bytes === -1 ? undefined : bytes;
}

interface KernelLimits {
  readonly kernel: number | undefined;
  readonly kernelTCP: number | undefined;
  readonly useHierarchy: boolean | undefined;
}

function askedOf({ memory }: Resources): KernelLimits {
  return {
    kernel: limitOf(memory?.kernel),
    kernelTCP: limitOf(memory?.kernelTCP),
    useHierarchy: memory?.useHierarchy,
  };
}

/** Where every folder counts those below it already there is nothing to do, and nothing that could be done. */
function hierarchyWrites(
  folder: string,
  { useHierarchy }: MemoryResources,
  layout: CgroupV1Layout,
): readonly CgroupWrite[] {
  if (useHierarchy === undefined || layout.memory.hierarchical) return [];
  return write(folder, 'memory.use_hierarchy', useHierarchy ? 1 : 0, {
    label: `${useHierarchy ? 'count' : 'do not count'} what cgroups below use`,
  });
}

function hierarchyReports({ memory }: Resources): readonly CgroupReport[] {
  const reason = 'This host counts what cgroups below use in every cgroup: it cannot be left out.';
  return report(memory?.useHierarchy === false, 'memory.useHierarchy', reason);
}

/**
 * The limits of kernel memory and how cgroups below are counted: what the specification does not recommend or kernels
 * no longer have. runc takes no notice of any of it but for a warning, crun writes the files of cgroup v1 and refuses
 * them in v2: memory of https://github.com/containers/crun/blob/1.19/src/libcrun/cgroup-resources.c
 */
export const kernelMemoryController: Controller = {
  asked: (resources) => fieldsSet('memory', askedOf(resources)),
  v1: ({ folder, resources, layout }) => {
    const { kernel, kernelTCP } = askedOf(resources);
    const { hierarchical } = layout.memory;
    const limitsKernel = layout.memory.limitsKernel && layout.files.has(kernelFile);
    const limitsTcp = layout.files.has(tcpFile);
    return {
      writes: [
        ...hierarchyWrites(folder, resources.memory ?? {}, layout),
        ...write(folder, kernelFile, limitsKernel ? kernel : undefined, {
          label: `limit kernel memory to ${kernel ?? 0} bytes`,
        }),
        ...write(folder, tcpFile, limitsTcp ? kernelTCP : undefined, {
          label: `limit memory of TCP to ${kernelTCP ?? 0} bytes`,
        }),
      ],
      reports: [
        ...(hierarchical ? hierarchyReports(resources) : []),
        ...report(
          limitsKernel ? undefined : kernel,
          'memory.kernel',
          'This kernel does not limit its memory by itself (none does since Linux 5.16): it counts as any other.',
        ),
        ...report(
          limitsTcp ? undefined : kernelTCP,
          'memory.kernelTCP',
          'This kernel does not limit memory of TCP by itself: it counts as any other.',
        ),
      ],
    };
  },
  v2: ({ resources }) => {
    const { kernel, kernelTCP } = askedOf(resources);
    const reason =
      'cgroup v2 does not limit memory of the kernel by itself: it counts as any other.';
    return {
      writes: [],
      reports: [
        ...hierarchyReports(resources),
        ...report(kernel, 'memory.kernel', reason),
        ...report(kernelTCP, 'memory.kernelTCP', reason),
      ],
    };
  },
};
