import type { Problem } from '../errors/problem.ts';

/** Options of `import` that complete a description, by the path that is missing. */
const OPTIONS: readonly (readonly [RegExp, string])[] = [
  [/^hosts\.([^.]+)\.address$/, '--address $1=ADDRESS'],
  [/^networks\.(management|overlay|service|storage)\.cidr$/, '--$1-cidr CIDR'],
  [/^networks\.(management|provider|overlay)\.interface$/, '--$1-interface NAME'],
];

/**
 * What validating an imported description found, as the operator of an import needs it: what the importer reported
 * already is left out, and where an option of the import completes the description, that option is named.
 */
export function importedProblems(
  found: readonly Problem[],
  reported: readonly Problem[],
): readonly Problem[] {
  return found.filter((problem) => !isReported(problem, reported)).map(withOption);
}

function isReported(found: Problem, reported: readonly Problem[]): boolean {
  if (found.code === 'CLOUD_VIP_MISSING') return reported.some(({ code }) => code === 'IMPORT_VIP_MISSING');
  const path = missingPath(found);
  const ofAddress =
    path === undefined ? found.code === 'CLOUD_ADDRESS_SYNTAX' : /^hosts\.[^.]+\.address$/.test(path);
  return (
    ofAddress && reported.some((other) => other.code === 'IMPORT_HOST_ADDRESS' && sameLine(other, found))
  );
}

function sameLine({ place: a }: Problem, { place: b }: Problem): boolean {
  return a?.kind === 'file' && b?.kind === 'file' && a.file === b.file && a.line === b.line;
}

function withOption(found: Problem): Problem {
  const option = optionFor(found);
  return option ? { ...found, next: `Import again with \`${option}\`, or complete cloud.yaml.` } : found;
}

function optionFor(found: Problem): string | undefined {
  if (found.code === 'CLOUD_VIP_MISSING') return '--vip ADDRESS';
  if (found.code === 'CLOUD_OSD_NO_DEVICE') return '--device /dev/…';
  const path = missingPath(found);
  const [pattern, option] = OPTIONS.find(([wanted]) => path !== undefined && wanted.test(path)) ?? [];
  return pattern && option && path?.replace(pattern, option);
}

/** The path that a CLOUD_MISSING is about. */
function missingPath({ code, what }: Problem): string | undefined {
  return code === 'CLOUD_MISSING' ? /`([^`]+)`/.exec(what)?.[1] : undefined;
}
