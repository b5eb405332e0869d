/** Name of the launcher's process, and of what it forks until that executes a program or names itself (prctl(2)). */
export const launcherName = 'berth-launcher';
