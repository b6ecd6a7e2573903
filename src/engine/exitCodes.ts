/** Exit codes by which a change names its cause; what the operator needs to see is on standard error. */

/** The package mirror did not answer, or the package transaction failed. */
export const PACKAGES_FAILED = 96;

/** A unit did not start; its status and last log lines are on standard error. */
export const SERVICE_NOT_STARTED = 97;

/** systemd has no such unit on the host: the package that brings it is not installed. */
export const UNIT_NOT_INSTALLED = 98;
