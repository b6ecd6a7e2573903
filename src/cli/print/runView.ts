import type { HostRecap, RunEvent } from '../../app/contracts.ts';
import type { Problem } from '../../errors/problem.ts';

export type StepState = 'waiting' | 'running' | 'verified' | 'failed' | 'skipped';
export type CellState = 'idle' | 'working' | 'in-place' | 'changed' | 'failed' | 'unreachable';

export interface StepView {
  readonly name: string;
  title: string;
  state: StepState;
  startedAt: number;
  milliseconds: number;
  /** Resources that the step holds, and those known to be as desired. */
  resources: number;
  settled: number;
  changed: number;
  reason?: string;
  readonly hosts: Set<string>;
  readonly cells: Map<string, CellState>;
  /** By id, in the order in which they were started. */
  readonly checks: Map<string, CheckView>;
}

/** A check of a step. */
export interface CheckView {
  title: string;
  state: 'running' | 'passed' | 'failed' | 'skipped';
  sentence: string;
  startedAt: number;
  milliseconds: number;
}

/** What a host is busy with, or what a check waits for. */
export interface Activity {
  readonly key: string;
  readonly step: string;
  readonly host: string;
  text: string;
  readonly since: number;
  readonly waiting: boolean;
}

/** What is known of a run after some of its events: the live view draws this, and nothing else. */
export interface RunView {
  cloud: string;
  command: string;
  hosts: readonly string[];
  startedAt: number;
  readonly connected: Set<string>;
  readonly steps: Map<string, StepView>;
  readonly activities: Map<string, Activity>;
  readonly problems: Problem[];
  /** The last note, and when it was emitted. */
  note: string;
  noteAt: number;
  /** The last event of any kind. */
  lastAt: number;
  planned: number;
  finished?: {
    readonly outcome: 'done' | 'failed' | 'interrupted';
    readonly milliseconds: number;
    readonly changed: number;
    readonly recap: Readonly<Record<string, HostRecap>>;
  };
}

export function emptyView(): RunView {
  return {
    cloud: '',
    command: '',
    hosts: [],
    startedAt: 0,
    connected: new Set(),
    steps: new Map(),
    activities: new Map(),
    problems: [],
    note: '',
    noteAt: 0,
    lastAt: 0,
    planned: 0,
  };
}

function stepOf(view: RunView, name: string): StepView {
  const known = view.steps.get(name);
  if (known) return known;
  const step: StepView = {
    name,
    title: name,
    state: 'waiting',
    startedAt: 0,
    milliseconds: 0,
    resources: 0,
    settled: 0,
    changed: 0,
    hosts: new Set(),
    cells: new Map(),
    checks: new Map(),
  };
  view.steps.set(name, step);
  return step;
}

function endActivitiesOf(view: RunView, step: string): void {
  for (const [key, activity] of view.activities) if (activity.step === step) view.activities.delete(key);
}

/** Takes one event into the view. */
export function follow(view: RunView, event: RunEvent): void {
  view.lastAt = event.at;
  switch (event.type) {
    case 'run-started':
      view.cloud = event.cloud;
      view.command = event.command;
      view.hosts = event.hosts;
      view.startedAt = event.at;
      for (const name of event.steps) stepOf(view, name);
      return;
    case 'host-connected':
      view.connected.add(event.host);
      return;
    case 'host-unreachable':
      view.problems.push(event.problem);
      for (const step of view.steps.values()) {
        if (step.state === 'running') step.cells.set(event.host, 'unreachable');
      }
      for (const [key, activity] of view.activities) {
        if (activity.host === event.host) view.activities.delete(key);
      }
      return;
    case 'problem':
      view.problems.push(event.problem);
      return;
    case 'note':
      view.note = event.text;
      view.noteAt = event.at;
      return;
    case 'run-finished':
      view.finished = event;
      view.activities.clear();
      return;
    case 'step-skipped':
      // Steps that were not selected have no line.
      if (view.steps.has(event.step)) followStep(view, event, stepOf(view, event.step));
      return;
    default:
      followStep(view, event, stepOf(view, event.step));
  }
}

type StepEvent = Exclude<Extract<RunEvent, { readonly step: string }>, { readonly type: 'problem' }>;

function checkOf(
  step: StepView,
  event: { readonly check: string; readonly host: string; readonly at: number },
): CheckView {
  const key = `${event.host}/${event.check}`;
  const known = step.checks.get(key);
  if (known) return known;
  const check: CheckView = {
    title: event.check,
    state: 'running',
    sentence: '',
    startedAt: event.at,
    milliseconds: 0,
  };
  step.checks.set(key, check);
  return check;
}

function followStep(view: RunView, event: StepEvent, step: StepView): void {
  switch (event.type) {
    case 'step-started':
      step.title = event.title;
      step.state = 'running';
      step.startedAt = event.at;
      step.resources = event.resources;
      for (const host of event.hosts) {
        step.hosts.add(host);
        if (!step.cells.has(host)) step.cells.set(host, 'idle');
      }
      return;
    case 'step-skipped':
      step.state = 'skipped';
      step.reason = event.reason;
      return;
    case 'change-planned':
      view.planned += 1;
      return;
    case 'change-started':
      step.cells.set(event.host, 'working');
      view.activities.set(event.resource, {
        key: event.resource,
        step: event.step,
        host: event.host,
        text: event.summary,
        since: event.at,
        waiting: false,
      });
      return;
    case 'change-done':
      step.cells.set(event.host, 'changed');
      step.changed += 1;
      step.settled += 1;
      view.activities.delete(event.resource);
      return;
    case 'change-failed':
      step.cells.set(event.host, 'failed');
      view.problems.push(event.problem);
      view.activities.delete(event.resource);
      return;
    case 'change-waiting':
      view.activities.set(event.resource, {
        key: event.resource,
        step: event.step,
        host: event.host,
        text: event.sentence,
        since: event.at,
        waiting: true,
      });
      return;
    case 'resources-in-place':
      if (step.cells.get(event.host) !== 'changed') step.cells.set(event.host, 'in-place');
      step.settled += event.count;
      return;
    case 'check-waiting': {
      Object.assign(checkOf(step, event), { title: event.title, sentence: event.sentence });
      const key = `check ${event.step}/${event.host}/${event.check}`;
      const since = view.activities.get(key)?.since ?? event.at;
      const text = event.sentence ? `${event.title}: ${event.sentence}` : event.title;
      view.activities.set(key, { key, step: event.step, host: event.host, text, since, waiting: true });
      return;
    }
    case 'check-skipped':
      Object.assign(checkOf(step, event), { title: event.title, state: 'skipped', sentence: event.reason });
      return;
    case 'check-passed':
      Object.assign(checkOf(step, event), {
        title: event.title,
        state: 'passed',
        sentence: event.sentence,
        milliseconds: event.milliseconds,
      });
      view.activities.delete(`check ${event.step}/${event.host}/${event.check}`);
      return;
    case 'check-failed': {
      const check = checkOf(step, event);
      Object.assign(check, {
        state: 'failed',
        sentence: event.problem.what,
        milliseconds: event.at - check.startedAt,
      });
      view.activities.delete(`check ${event.step}/${event.host}/${event.check}`);
      step.cells.set(event.host, 'failed');
      view.problems.push(event.problem);
      return;
    }
    case 'step-verified':
      step.state = 'verified';
      step.milliseconds = event.milliseconds;
      step.changed = event.changed;
      endActivitiesOf(view, event.step);
      return;
    case 'step-failed':
      step.state = 'failed';
      step.milliseconds = event.milliseconds;
      endActivitiesOf(view, event.step);
      return;
  }
}
