/** The networks of a cloud. */
export const networkNames = ['service', 'management', 'provider', 'overlay', 'storage'] as const;

export type NetworkName = (typeof networkNames)[number];

/** All hosts are in the management network; of the others some may be absent, from the cloud or from a host. */
export const otherNetworks = [
  'service',
  'provider',
  'overlay',
  'storage',
] as const satisfies readonly Exclude<NetworkName, 'management'>[];
