/* For the callers of the application layer, which import nothing else of the program. */

export { exportLines } from '../formats/export.ts';
export { reportJson, reportLines } from '../formats/print.ts';
