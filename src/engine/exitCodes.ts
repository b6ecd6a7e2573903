/** Exit codes by which the script of a change says why it failed. Kinds of resources use them, the engine names the cause. */

/** A package mirror or a package transaction failed; the package manager's own lines are on standard error. */
export const PACKAGES_FAILED = 96;
/** A unit did not start; its last log lines are on standard error. */
export const SERVICE_NOT_STARTED = 97;
