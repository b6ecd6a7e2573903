/* For the callers of the application layer, which import nothing else of the program. */
export { addressToNumber, numberToAddress, parseNetwork } from '../cloud/ipv4.ts';
