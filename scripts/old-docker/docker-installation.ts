import type { ProcessIdentity } from '../../runtime/host/process-identity.ts';

/** A dockerd that runs. */
export interface DockerDaemon extends ProcessIdentity {
  /** Its command line, as proc_pid_cmdline(5) has it. */
  readonly argv: readonly string[];
  /** Unix sockets that it serves. */
  readonly sockets: readonly string[];
  readonly dataRoot: string;
  /** `user`: a rootless one, which belongs to that user. */
  readonly owner: 'system' | 'user';
  /** The systemd unit it runs in, for example `docker.service`. */
  readonly unit?: string;
}

/** Another Docker on this host, or what stands in for it. */
export interface DockerInstallation {
  /**
   * `snap`: in snapd's care. `static`: binaries that no package owns. `rootless`: of one user. `podman-docker`: a docker command
   * that is Podman.
   */
  readonly kind: 'package' | 'snap' | 'static' | 'rootless' | 'podman-docker';
  /** Packages with their versions, or the path of the program. */
  readonly name: string;
  /** Where its images and containers are; absent where it has no data of its own. */
  readonly dataRoot?: string;
  readonly daemon?: DockerDaemon;
}

/** What a Docker holds. A number that could not be found out is absent. */
export interface DockerContents {
  readonly containers?: number;
  readonly running?: number;
  readonly images?: number;
  readonly volumes?: number;
  /** On the disk. */
  readonly sizeBytes?: number;
}
