/** How long Keystone's tokens live and how many of the keys that encrypt them a host keeps. */
export const tokens = {
  expirationSeconds: 3600,
  /** With a service's token beside it, an expired token is valid for two days more: long operations end. */
  expiredWindowSeconds: 172_800,
  /** The staged key, the primary key and three that only decrypt. */
  maxActiveKeys: 5,
} as const;
