/** What takes the place of every other mechanism of Neutron, for reports and comments. */
export const OVN =
  'Networks are OVN’s: switching, routing, DHCP and metadata without agents, routers on every network host. Instances notice no difference.';

export function replacedByOvn(agent: string): string {
  return `${agent} is not deployed; ovn takes its place`;
}
