/** The answer of a check. `sentence` says what was seen, also when all is well: "mon, mgr and 1 OSD up, HEALTH_OK". */
export interface Finding {
  readonly ok: boolean;
  readonly sentence: string;
  /** Log lines or output worth showing on failure. */
  readonly evidence?: string;
}

interface CheckBase {
  /** Unique in its step: `keystone-token`. */
  readonly id: string;
  /** What a careful operator would look at: "Keystone issues a token through the VIP". */
  readonly title: string;
  /** Where a failure is shown: a host's name, or `API`. */
  readonly host: string;
  /**
   * The hosts that the check is about; with `--host` it is made when one of them is chosen. By default its host; a
   * check of an API without it is about the whole cloud.
   */
  readonly concerns?: readonly string[];
  /** Seconds within which it must come true after a change; it is probed repeatedly until then. */
  readonly limitSeconds: number;
  /**
   * Makes and removes things of its own, which takes seconds. A run that changes nothing leaves it out where the step
   * was verified before; `verify` never does.
   */
  readonly thorough?: boolean;
  /** Ids of checks of the same step that must have come true first: asked earlier, the service would hang. */
  readonly after?: readonly string[];
}

/** Runs a read-only script on a host and judges what it printed. */
export interface ShellCheck extends CheckBase {
  readonly via: 'shell';
  readonly script: string;
  judge(result: { readonly exitCode: number; readonly stdout: string; readonly stderr: string }): Finding;
}

/** Asks the OpenStack APIs. */
// biome-ignore lint/suspicious/noExplicitAny: the engine passes through whatever client it was given.
export interface ApiCheck<Api = any> extends CheckBase {
  readonly via: 'api';
  probe(api: Api): Promise<Finding>;
}

export type Check = ShellCheck | ApiCheck;
