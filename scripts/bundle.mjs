// How every bundle of the sources is made: the command, the benchmarks and the generators.

/** Options of esbuild. A shell program is imported as text. */
export const bundleOptions = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
  loader: { '.sh': 'text' },
};
