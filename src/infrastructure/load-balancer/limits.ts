/**
 * How many connections each section of haproxy takes at a time. The limit of the whole process is their sum: what comes
 * in at the APIs never takes a place of the database, of memcached, or of the haproxy of another host. Each connection
 * has two file descriptors. haproxy starts as root and raises its own limit to that, within the hard limit that systemd
 * gives to services (524,288 by default; a container may have less).
 */

/** Of an HTTP service, on the virtual addresses. */
export const HTTP_CONNECTIONS = 500;

/**
 * Of its processes on one host. Those who ask are the balancers that hold a virtual address, one for each of the two
 * networks, with a connection for each request.
 */
export const LOCAL_CONNECTIONS = 2 * HTTP_CONNECTIONS;

/** Of the database: what one member takes (max_connections). */
export const DATABASE_CONNECTIONS = 4096;

/** Of one memcached (`-c`), which all control hosts share. */
export const CACHE_CONNECTIONS = 8192;

export const STATISTICS_CONNECTIONS = 50;
