import { defineCatalogue } from './entry.ts';

export const engineErrors = defineCatalogue({
  STEP_UNKNOWN: {
    what: 'There is no step {step}.',
    why: 'Steps are named as `cloudwright status` lists them.',
    next: 'Use one of: {known}.',
    exit: 2,
  },
  STEP_CYCLE: {
    what: 'Steps wait for one another in a circle: {path}.',
    why: 'A step starts when every step it needs has been verified; in a circle none could.',
    next: 'Remove one of these edges; this is a fault in Cloudwright, please report it.',
    exit: 1,
  },
  RESOURCE_CYCLE: {
    what: 'Resources of step {step} wait for one another in a circle: {path}.',
    why: 'A resource is converged after those it names; in a circle none could be.',
    next: 'Remove one of these edges; this is a fault in Cloudwright, please report it.',
    exit: 1,
  },
  RESOURCE_UNKNOWN: {
    what: 'Resource {resource} of step {step} waits for {missing}, which the step does not have.',
    why: 'Edges inside a step name resources of the same step.',
    next: 'Correct the name; this is a fault in Cloudwright, please report it.',
    exit: 1,
  },
  RESOURCE_DUPLICATE: {
    what: 'Resource {resource} is described twice, in step {first} and in step {second}.',
    why: 'Two descriptions of one thing could contradict each other for ever.',
    next: 'Keep one; this is a fault in Cloudwright, please report it.',
    exit: 1,
  },
  RESOURCE_READ_FAILED: {
    what: 'The present state of {resource} could not be read.',
    why: 'Nothing is changed whose state is not known.',
    next: 'Look at the evidence, mend the host, then run the same command again.',
    exit: 1,
  },
  RESOURCE_FAILED: {
    what: '{resource}: {summary} failed ({status}).',
    why: 'The change ended with an error; what it had done up to there stays and is found by the next run.',
    next: 'Look at the evidence, mend the cause, then run the same command again.',
    exit: 1,
  },
  RESOURCE_NOT_CONVERGED: {
    what: '{resource} is not as described after: {summary}.',
    why: 'Every resource is read again after its change; the change reported success, but this would still change: {left}.',
    next: 'Something else on the host may set it back; look at the difference, then run the same command again.',
    exit: 1,
  },
  HOST_DISK_FULL: {
    what: 'A disk of {host} is full; {summary} failed.',
    why: 'The host said that no space is left on a device.',
    next: 'Make room there (`df -h` shows where), then run the same command again.',
    exit: 1,
  },
  HOST_MIRROR_FAILED: {
    what: 'Packages could not be fetched on {host}; {summary} failed.',
    why: 'The package mirror does not answer, or answers that a file is not there.',
    next: 'Check `packages.mirror` and `packages.proxy` in the description and that the host reaches them, then run the same command again.',
    exit: 1,
  },
  SERVICE_NOT_STARTED: {
    what: '{resource} does not start on {host}.',
    why: 'The service was told to start and ended or failed; the evidence shows its last log lines.',
    next: 'Mend what its log names, then run the same command again.',
    exit: 1,
  },
  UNIT_NOT_INSTALLED: {
    what: '{resource} cannot start on {host}: systemd has no such unit there.',
    why: 'The unit comes with a package, and that package is not installed or does not contain it.',
    next: 'Run `cloudwright apply` without `--step` or `--from`, so that packages are installed first. If the unit is still missing, the host has a release that this version of Cloudwright does not support.',
    exit: 1,
  },
  CONFIG_VALUE_MULTILINE: {
    what: 'Option {option} of section [{section}] holds a line break.',
    why: 'A configuration file has one line for each value; a line break would start another option.',
    next: 'Remove the line break from the value in cloud.yaml or in the vault.',
    exit: 2,
  },
  CHECK_FAILED: {
    what: '{title}: {sentence}',
    why: 'The step is done only when this is true; it was looked at again and again for {seconds} s.',
    next: 'Mend what the evidence names and run `cloudwright apply` again; `cloudwright verify {step}` looks again at any time.',
    exit: 1,
  },
  RUN_LOCKED: {
    what: 'Another run works on this cloud: `{command}` by {user}, process {pid}, since {since}.',
    why: 'Two runs at once would undo each other’s work.',
    next: 'Wait for it to end, or end process {pid}; a lock whose process is gone is taken over by itself.',
    exit: 4,
  },
  RUN_EARLIER_CHANGE: {
    what: 'A change that an earlier run began is still under way on {host} after {seconds} s: {doing}.',
    why: 'Two runs must not change a host at once; a run elsewhere, or one that was killed, left it going.',
    next: 'Wait for it, or end it on the host, then run the same command again.',
    exit: 1,
  },
  RUN_INTERRUPTED: {
    what: 'The run was interrupted.',
    why: 'Changes that were under way have been finished; nothing new was started.',
    next: 'Run the same command again: it goes on from what is there.',
    exit: 3,
  },
  RUN_FAULT: {
    what: 'An unexpected fault inside Cloudwright: {detail}.',
    why: 'This should have been an error with a cause and a next action of its own.',
    next: 'Run the same command again; if it stays, report it with the journal in `.cloudwright/`.',
    exit: 1,
  },
});
