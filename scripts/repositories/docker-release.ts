/** A part of the docker-ce repository that fits a host: `linux/<folder>`, and its release. */
export interface DockerRelease {
  readonly format: 'deb' | 'rpm';
  /** Below `linux/`. */
  readonly folder: 'debian' | 'ubuntu' | 'raspbian' | 'fedora' | 'centos' | 'rhel' | 'sles';
  /** Suite for deb, release folder for rpm. */
  readonly release: string;
}
