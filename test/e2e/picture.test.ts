import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, ensureChromium, startBrowser } from './support/browser.ts';

const picture = join(import.meta.dirname, '..', '..', 'docs', 'run.svg');
let browser: Browser;

beforeAll(async () => {
  ensureChromium();
  browser = await startBrowser();
  await browser.open(pathToFileURL(picture).href);
  await browser.until('the picture', 'document.querySelectorAll("text").length > 10');
});

afterAll(async () => {
  await browser.close();
});

interface Line {
  readonly text: string;
  /** Horizontal position of each character; pixels. */
  readonly starts: readonly number[];
}

describe('the picture of a run', () => {
  it('has every character at its place in the grid of a terminal', async () => {
    const lines = await browser.evaluate<
      readonly Line[]
    >(`[...document.querySelectorAll('text')].map((line) => ({
      text: line.textContent,
      starts: [...Array(line.getNumberOfChars()).keys()].map((at) => line.getStartPositionOfChar(at).x),
    }))`);
    const table = lines.filter(({ text }) => / {2,}\S/.test(text));
    expect(table.length).toBeGreaterThan(5);
    for (const { text, starts } of table) {
      // Spaces that are lost take no character of their own.
      expect(starts.length, text).toBe(text.length);
      const cell = (starts[1] ?? 0) - (starts[0] ?? 0);
      for (const [at, start] of starts.entries()) {
        expect(Math.abs(start - ((starts[0] ?? 0) + at * cell)), `${text}, character ${at}`).toBeLessThan(1);
      }
    }
  });
});
