import type { ImportHints } from '../hints.ts';
import type { ImportResult, SourceFile } from '../result.ts';
import { type AnswerFile, type LineFault, readAnswers } from './answers.ts';
import { readHosts } from './hosts.ts';
import { readManagement, setVirtualAddress } from './management.ts';
import { setNetworks } from './networks.ts';
import { readMappings } from './neutron.ts';
import { Reading } from './reading.ts';
import { readSecrets } from './secrets.ts';
import { reportOtherHosts, setCompute, setGeneral, setTest } from './settings.ts';
import { setStorage } from './storage.ts';
import { dismissUnread, settleByTable } from './table.ts';
import { setNetwork } from './tenant.ts';

const FAULTS: Readonly<Record<LineFault, string>> = {
  'no-delimiter': 'there is no = in it',
  'bad-section': 'the bracket is not closed',
  'no-key': 'nothing stands before the =',
  'too-long': 'it is longer than 20,000 characters',
};

const MOST_LINE_PROBLEMS = 20;

/**
 * Reads a Packstack answer file, Pike to the last release and deprecated names, into a description. Nothing is
 * thrown because of the content of the file: problems are part of the result, and every answer has an outcome.
 */
export function importPackstack(source: SourceFile, hints: ImportHints = {}): ImportResult {
  const file = readAnswers(source.text, source.path);
  const reading = new Reading(file, hints);
  reportLines(reading, file);
  dismissUnread(reading);
  const { draft } = reading;
  draft.set(['cloud'], hints.cloud ?? 'packstack');
  const hosts = readHosts(reading);
  const pools = setTest(reading);
  const management = readManagement(reading, hosts);
  setVirtualAddress(reading, hosts, management, pools);
  const objects = reading.yes('CONFIG_SWIFT_INSTALL');
  for (const { name, address, roles, place } of hosts) {
    draft.set(['hosts', name, 'address'], address, { place });
    // Without an object store nothing needs the gateway, which `storage` includes.
    const described = roles.flatMap((role) =>
      role === 'storage' && !objects ? ['mon', 'mgr', 'osd'] : [role],
    );
    draft.set(['hosts', name, 'roles'], described, { place });
    draft.place(['hosts', name], place);
  }
  // What has no place of its own is shown where the controller is named.
  const start = { kind: 'file', file: source.path, line: 1, column: 1 } as const;
  const place = reading.place('CONFIG_CONTROLLER_HOST') ?? start;
  if (hosts.length === 0) draft.set(['hosts'], {});
  for (const part of ['cloud', 'networks', 'hosts', 'network', 'services', 'minimums'])
    draft.place([part], place);
  const mappings = readMappings(reading);
  setNetworks(reading, hosts, management, mappings);
  setNetwork(reading, mappings);
  setStorage(reading, hosts);
  setGeneral(reading);
  setCompute(reading);
  reportOtherHosts(reading, hosts);
  const secrets = readSecrets(reading);
  settleByTable(reading);
  return {
    report: { format: 'packstack', files: [source.path], keys: reading.report() },
    description: draft.build(),
    secrets,
    problems: reading.problems,
  };
}

function reportLines(reading: Reading, file: AnswerFile): void {
  const start = { kind: 'file', file: file.file, line: 1, column: 1 } as const;
  if (file.answers.length === 0) {
    reading.addProblem('IMPORT_PACKSTACK_EMPTY', { place: start, details: { file: file.file } });
  }
  const first = file.answers[0];
  if (first?.section === '')
    reading.addProblem('IMPORT_PACKSTACK_SECTION', { severity: 'warning', place: first.place });
  for (const { fault, place } of file.unread.slice(0, MOST_LINE_PROBLEMS)) {
    reading.addProblem('IMPORT_PACKSTACK_LINE', { place, details: { reason: FAULTS[fault] } });
  }
}
