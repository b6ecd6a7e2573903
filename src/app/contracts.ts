/*
 * Types of what the application layer gives and takes, for its callers: they import nothing else of the program.
 */
export type { Verdict } from '../audit/verdict.ts';
export type { ToolboxReport } from '../checks/toolbox.ts';
export type { HostGroupAnswer, InitAnswers } from '../cloud/answers.ts';
export type { NetworkName } from '../cloud/cloud.ts';
export type { HostRecap, RunEvent } from '../engine/event.ts';
export type { StepRecord } from '../engine/journal.ts';
export type { PlannedChange } from '../engine/plan.ts';
export type { RunResult } from '../engine/run.ts';
export type { Selection } from '../engine/select.ts';
export type { ImportHints } from '../formats/hints.ts';
export type { Import } from '../formats/import.ts';
export type { PrintedLine } from '../formats/print.ts';
export type { Format } from '../formats/recognise.ts';
export type { ImportReport } from '../formats/report.ts';
export type { PingAnswer } from '../hosts/ping.ts';
