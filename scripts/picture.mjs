// Draws docs/run.svg, the picture of a run in the README, from the journal of a real run:
//   node scripts/picture.mjs FOLDER/.cloudwright/journal.jsonl > docs/run.svg
// It shows what the terminal showed at the end: the last frame of the live view, and the recap.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import pc from 'picocolors';
import { bundleOptions } from './bundle.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [journal] = process.argv.slice(2);
if (!journal) {
  process.stderr.write('usage: node scripts/picture.mjs JOURNAL > docs/run.svg\n');
  process.exit(2);
}

const ink = '#d6d9e0';
const inks = {
  31: '#ff6b6b',
  32: '#7ed68a',
  33: '#f0c674',
  34: '#7aa6ff',
  36: '#6cd3e0',
};

function escapeXml(text) {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/** One line with colour sequences as tspans. */
function spans(line) {
  let fill = ink;
  let dim = false;
  let bold = false;
  let out = '';
  for (const part of line.split(/(\x1b\[\d+m)/)) {
    const code = /^\x1b\[(\d+)m$/.exec(part)?.[1];
    if (code === undefined) {
      if (part === '') continue;
      const weight = bold ? ' font-weight="bold"' : '';
      const opacity = dim ? ' opacity="0.6"' : '';
      out += `<tspan fill="${fill}"${weight}${opacity}>${escapeXml(part)}</tspan>`;
    } else if (code === '1') bold = true;
    else if (code === '2') dim = true;
    else if (code === '22') {
      bold = false;
      dim = false;
    } else fill = inks[code] ?? ink;
  }
  return out;
}

function svg(lines) {
  const height = lines.length * 19 + 40;
  const rows = lines.map((line, index) => `<text x="20" y="${34 + index * 19}">${spans(line)}</text>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="860" height="${height}" viewBox="0 0 860 ${height}" role="img">
<title>A run of Cloudwright in a terminal</title>
<rect width="860" height="${height}" rx="10" fill="#16181d"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" xml:space="preserve" style="white-space: pre">
${rows.join('\n')}
</g>
</svg>
`;
}

await mkdir(join(root, 'node_modules', '.cache'), { recursive: true });
const place = await mkdtemp(join(root, 'node_modules', '.cache', 'picture-'));
try {
  const outfile = join(place, 'print.mjs');
  await build({
    ...bundleOptions,
    stdin: {
      contents: `export { drawRun } from './src/cli/print/drawRun.ts';
        export { emptyView, follow } from './src/cli/print/runView.ts';
        export { formatRecap } from './src/cli/print/recap.ts';
        export { readJournal } from './src/engine/journal.ts';`,
      resolveDir: root,
    },
    outfile,
  });
  const { drawRun, emptyView, follow, formatRecap, readJournal } = await import(pathToFileURL(outfile).href);
  const events = readJournal(journal);
  const view = emptyView();
  // The longest finished run is the deploy; later ones found everything in place.
  const runs = events.flatMap((event, index) => (event.type === 'run-started' ? [index] : []));
  const lengths = runs.map((start, index) => {
    const run = events.slice(start, runs[index + 1]);
    const end = run.find((event) => event.type === 'run-finished' && event.outcome === 'done');
    return { run, milliseconds: end?.milliseconds ?? 0 };
  });
  const [longest] = lengths.sort((a, b) => b.milliseconds - a.milliseconds);
  if (!longest?.milliseconds) throw new Error(`no finished run in ${journal}`);
  for (const event of longest.run) follow(view, event);
  const colors = pc.createColors(true);
  const last = longest.run.at(-1);
  const frame = drawRun(view, { colors, now: last.at, columns: 100, rows: 60 });
  const recap = formatRecap({ at: last.at, type: 'run-finished', ...view.finished }, colors);
  const prompt = `${colors.dim('$')} ./cloudwright ${view.command}`;
  process.stdout.write(svg([prompt, ...frame, '', ...recap.trimEnd().split('\n')]));
} finally {
  await rm(place, { recursive: true, force: true });
}
