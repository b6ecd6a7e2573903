import type { ErrorCode } from '../errors/catalogue/index.ts';

export type SshErrorCode = Extract<ErrorCode, `HOST_${string}`>;

/** Messages of the OpenSSH client on standard error; the first match wins. */
const PATTERNS: readonly (readonly [RegExp, SshErrorCode])[] = [
  [
    /Bad owner or permissions|Bad configuration option|bad configuration options|Can't open user config/,
    'HOST_SSH_CONFIG_BAD',
  ],
  [/REMOTE HOST IDENTIFICATION HAS CHANGED|Offending .* key in/, 'HOST_KEY_CHANGED'],
  [/Host key verification failed|No .* host key is known for/, 'HOST_KEY_UNKNOWN'],
  [/Could not resolve hostname|Name or service not known/, 'HOST_NAME_UNKNOWN'],
  [
    /Permission denied \(|Too many authentication failures|No more authentication methods/,
    'HOST_AUTH_FAILED',
  ],
  [/Connection refused/, 'HOST_REFUSED'],
  [
    /timed out|No route to host|Network is unreachable|Host is down|Timeout, server .* not responding/,
    'HOST_UNREACHABLE',
  ],
  [
    /kex_exchange_identification|Connection closed by|Connection reset|Connection to .* closed|banner exchange/,
    'HOST_CLOSED',
  ],
];

/** The error code for the messages of ssh before the shell answered. */
export function classifySsh(messages: string): SshErrorCode {
  return PATTERNS.find(([pattern]) => pattern.test(messages))?.[1] ?? 'HOST_UNREACHABLE';
}
