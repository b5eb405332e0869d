/**
 * What would put a finding right, as data. Checks only name it: scripts/ turns each into a journalled plan step, so
 * that a fix can be shown first and undone later.
 */
export type HostFix =
  | {
      readonly kind: 'sysctl';
      /** Name with dots, as sysctl(8) writes it, for example `net.ipv4.ip_forward`. */
      readonly key: string;
      readonly value: string;
    }
  | {
      readonly kind: 'module';
      /** Kernel module to load now and at every boot (modprobe(8), modules-load.d(5)). */
      readonly name: string;
    }
  | {
      readonly kind: 'package';
      /** Package names; one that is installed already is left as it is. */
      readonly names: readonly string[];
    }
  | {
      readonly kind: 'firewall-zone';
      /** The firewall that is to let an interface's packages through; it is never switched off. */
      readonly firewall: 'firewalld' | 'ufw';
      readonly interface: string;
    }
  | {
      readonly kind: 'service-enable';
      /** A service of the distribution that is installed and off: started now and at every boot. */
      readonly name: string;
      readonly manager: 'systemd' | 'openrc';
    };
