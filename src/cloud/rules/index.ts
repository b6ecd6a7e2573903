import { addressesInNetworks, addressesUnique, networkSizes, networksApart } from './addresses.ts';
import { configuration } from './config.ts';
import { allowedPorts, allowedThrough, firewallOff } from './firewall.ts';
import { devices, hostNames, hostsUnique, neededRoles, oddQuorum, rolesOnce } from './hosts.ts';
import { hostInterfacesApart, interfacesApart, overlayMtu, serviceVip } from './interfaces.ts';
import { instanceNetwork, mechanism, physicalNetworks, tenantNetworks, vlanRanges } from './network.ts';
import type { Rule } from './rule.ts';
import { dashboardPort, haTimings } from './services.ts';
import { backends, cephRoles, gatewayServices, poolSizes } from './storage.ts';
import { testAddresses, testNetwork, testVantage } from './test.ts';

/** Every cross check of a description, in the order in which problems of one line are shown. */
export const rules: readonly Rule[] = [
  hostNames,
  hostsUnique,
  neededRoles,
  oddQuorum,
  rolesOnce,
  devices,
  networkSizes,
  networksApart,
  addressesInNetworks,
  addressesUnique,
  interfacesApart,
  hostInterfacesApart,
  overlayMtu,
  serviceVip,
  backends,
  cephRoles,
  gatewayServices,
  poolSizes,
  mechanism,
  tenantNetworks,
  instanceNetwork,
  physicalNetworks,
  vlanRanges,
  firewallOff,
  allowedThrough,
  allowedPorts,
  haTimings,
  dashboardPort,
  testAddresses,
  testNetwork,
  testVantage,
  configuration,
];
