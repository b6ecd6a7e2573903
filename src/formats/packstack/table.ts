import { nearest } from '../../errors/suggest.ts';
import { looksSecret } from './answers.ts';
import { conditions } from './conditions.ts';
import { packstackKeys } from './keys/index.ts';
import { deprecatedNames, retiredKeys } from './keys/retired.ts';
import type { KeyRule } from './keys/rule.ts';
import { type Reading, truthOf } from './reading.ts';

/** Looking for the nearest key takes a moment; a file with more strange keys than this is no answer file. */
const MOST_SUGGESTIONS = 50;

/** Answers that Packstack itself would pass over because of other answers have no meaning here either. */
export function dismissUnread(reading: Reading): void {
  const applies = new Map<string, boolean>();
  for (const [name, { test }] of Object.entries(conditions)) applies.set(name, test(reading));
  for (const [key, { when }] of Object.entries(packstackKeys)) {
    if (!when || applies.get(when) || !reading.find(key)) continue;
    reading.dismiss(key, `Packstack reads it only where ${conditions[when]?.text}.`);
  }
}

/** Settles every answer that the mappings had nothing to say about, by the table of keys. */
export function settleByTable(reading: Reading): void {
  for (const [key, rule] of Object.entries(packstackKeys)) {
    if (!reading.isSettled(key)) settleKey(reading, key, rule);
    reportSpelling(reading, key, rule);
  }
  settleUnknown(reading);
}

function settleKey(reading: Reading, key: string, rule: KeyRule): void {
  const value = reading.value(key) ?? '';
  const { handling } = rule;
  if (handling.is === 'meaningless') reading.settle(key, 'meaningless', handling.why);
  else if (handling.is === 'unsupported') {
    const truth = rule.value === 'yes-no' ? (reading.yes(key) ? 'y' : 'n') : value;
    const fault = valueFault(rule, value);
    if (fault) reading.settle(key, 'suspicious', `${fault} ${handling.means}`);
    else if (handling.same.includes(truth)) reading.settle(key, 'default');
    else reading.settle(key, 'unsupported', handling.means);
  }
}

/** What Packstack’s own validators would refuse. */
function valueFault(rule: KeyRule, value: string): string | undefined {
  if (typeof rule.value === 'object' && !rule.value.includes(value)) {
    return `Packstack knows only ${rule.value.join(', ')} here.`;
  }
  if (value === '') return undefined;
  if (rule.value === 'integer' && !/^-?\d{1,9}$/.test(value)) return 'Not a whole number.';
  if (rule.value === 'port' && !(/^\d{1,5}$/.test(value) && Number(value) <= 65535)) return 'Not a port.';
  return undefined;
}

/** `yes`, `True`, `Y` and the like: Packstack refuses them; what they mean is plain. */
function reportSpelling(reading: Reading, key: string, rule: KeyRule): void {
  const written = reading.value(key);
  if (rule.value !== 'yes-no' || written === undefined || written === 'y' || written === 'n') return;
  // Packstack itself writes True and False for these.
  if (key.endsWith('_DB_PURGE_ENABLE') && /^(?:true|false)$/i.test(written)) return;
  const meant = truthOf(written);
  const taken = meant === undefined ? rule.default : meant ? 'y' : 'n';
  const how = meant === undefined ? 'Packstack’s default' : 'the obvious meaning';
  reading.alsoSuspicious(key, `Packstack accepts only y or n here; ${taken}, ${how}, was assumed.`);
}

function settleUnknown(reading: Reading): void {
  let suggestions = 0;
  for (const { answer, index } of reading.unknownAnswers()) {
    const gone = retiredKeys[answer.key];
    if (gone) {
      const same = gone.same.includes(answer.value);
      reading.settleAt(index, same ? 'default' : 'unsupported', same ? undefined : gone.means);
      continue;
    }
    suggestions += 1;
    const meant = suggestions > MOST_SUGGESTIONS ? undefined : nearestKey(answer.key);
    const assumed =
      meant && !reading.find(meant) ? `${meant} is not among the answers, so its default was assumed.` : '';
    const shown = looksSecret(answer.key) ? answer.key.slice(0, 40) : answer.key.slice(0, 80);
    reading.addProblem('IMPORT_PACKSTACK_UNKNOWN_KEY', {
      severity: 'warning',
      place: answer.place,
      details: { key: shown, assumed },
      suggestion: meant,
    });
    const guess = meant ? ` Did you mean ${meant}?` : '';
    reading.settleAt(
      index,
      'suspicious',
      `Packstack has no such key and ignores it.${guess} ${assumed}`.trim(),
    );
  }
}

/** Longer first letters are all the same, so only what follows CONFIG_ is compared. */
function nearestKey(key: string): string | undefined {
  const bare = key.replace(/^CONFIG_?/, '');
  // Names much shorter or longer are never the nearest, and the distance takes its time.
  const room = Math.max(1, Math.floor(bare.length / 4));
  const close = [...bareKeys.keys()].filter((name) => Math.abs(name.length - bare.length) <= room);
  const found = nearest(bare, close);
  return found === undefined ? undefined : bareKeys.get(found);
}

const bareKeys: ReadonlyMap<string, string> = new Map(
  [...Object.keys(packstackKeys), ...Object.keys(deprecatedNames)].map((key) => [
    key.replace(/^CONFIG_/, ''),
    key,
  ]),
);
