/**
 * A repository of packages as a host is to know it, whatever its package manager. Pure data: the package manager turns
 * it into files (`repositoryFiles`), the step `repository` writes those.
 */
export interface PackageRepository {
  /** Short name: of the repository in dnf, yum and zypper, and of its files (`/etc/apt/sources.list.d/<id>.sources`). */
  readonly id: 'docker-ce';
  /** Its name for people, in one line. */
  readonly title: string;
  /**
   * Where it lies, without a slash at the end. For apt the folder that has `dists/`; for dnf, yum and zypper the folder
   * that has `repodata/`, in which `$basearch` stands for the host's architecture as these programs write it.
   */
  readonly baseUrl: string;
  /** Only for apt: the folder below `dists/`, such as `bookworm`. */
  readonly suite?: string;
  /** Only for apt: such as `stable`. */
  readonly components?: readonly string[];
  /** As the package manager writes them: `amd64` and `arm64` for apt, `x86_64` and `aarch64` for the others. */
  readonly architectures: readonly string[];
  /** The OpenPGP key that signs it, ASCII-armoured: on the same server as the packages. */
  readonly keyUrl: string;
  /** Fingerprints, 40 upper-case hexadecimal digits: the key is accepted only when its primary key has one of them. */
  readonly keyFingerprints: readonly string[];
}
