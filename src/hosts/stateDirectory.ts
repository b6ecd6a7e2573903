/** Where Cloudwright keeps its own files on a host. */
export const STATE_DIRECTORY = '/var/lib/cloudwright';
