"""What crun's tests use of util-linux' Python module libmount, where no package brings it: a table of mounts, by target."""


class _Mount:
    def __init__(self, line):
        fields = line.split()
        self.target = fields[4]
        self.vfs_options = fields[5]
        self.fs_options = fields[-1]


class Table:
    """The mounts of a file in the form of /proc/self/mountinfo (proc_pid_mountinfo(5))."""

    def __init__(self, path):
        with open(path) as lines:
            self._mounts = [_Mount(line) for line in lines if " - " in line]

    def find_target(self, target):
        """The uppermost mount there; None when there is none."""
        found = [mount for mount in self._mounts if mount.target == target]
        return found[-1] if found else None
