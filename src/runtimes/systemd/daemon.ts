import type { Resource } from '../../engine/resource.ts';
import { diversion, file, MANAGED, service } from '../../resources/index.ts';
import type { ProcessRequest } from '../runtime.ts';
import { processOn } from './processOn.ts';
import { bootUnits, dropIn, startupEnvironment, startupFile } from './units.ts';

/** A daemon under its package's unit, started again whatever ended it. */
export function daemon({ process, context, watches, after, turn }: ProcessRequest): readonly Resource[] {
  const { host, project, platform } = context;
  const { unit, defaults = {}, unusedUnits = [], replaced = [] } = processOn(project, process.name);
  const settings = dropIn(host.name, unit, [
    '[Unit]',
    `After=${bootUnits(context, process.startsAfter ?? []).join(' ')}`.trimEnd(),
    '[Service]',
    'Restart=always',
    'RestartSec=2',
    ...startupEnvironment(platform),
  ]);
  const files = Object.entries(defaults).map(([path, content]) =>
    file(host.name, path, `# ${MANAGED}\n${content}`),
  );
  const replacements = replaced.flatMap(({ path, original, content }) => {
    const kept = diversion(host.name, `keep ${original}`, {
      path,
      to: original,
      doing: `keep ${path} of the package under another name`,
    });
    return [kept, file(host.name, path, `# ${MANAGED}\n${content}`, { after: [kept] })];
  });
  return [
    settings,
    ...files,
    ...replacements,
    service(host.name, unit, {
      watches: [settings, ...files, ...replacements, ...startupFile(host.name, platform), ...watches],
      after,
      turn,
    }),
    ...unusedUnits.map((unused) => service(host.name, unused, { enabled: false, running: false })),
  ];
}
