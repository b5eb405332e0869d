/** The environment of hooks whose config has none: that of whoever called, as crun has it. */
export function hookEnvironment(): readonly string[] {
  return Object.entries(process.env).map(([name, value = '']) => `${name}=${value}`);
}
