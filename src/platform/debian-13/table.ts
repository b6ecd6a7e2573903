import type { Platform } from '../platform.ts';
import { components } from './components.ts';
import { opensslErrors } from './opensslErrors.ts';
import origins from './packageOrigins.sh';
import { projects } from './projects.ts';

/** Debian 13 (trixie) with its own packages of OpenStack 2025.1. */
export const debian13: Platform = {
  title: 'Debian 13, OpenStack 2025.1',
  release: '2025.1',
  distribution: { id: 'debian', codename: 'trixie' },
  packageManager: {
    version: `dpkg-query -W -f '\${Version}' "$1"`,
    audit: 'dpkg --audit',
    leastVersions: {
      // Before it the client compares no host names, whatever it is asked for (CVE-2026-44393).
      'python3-oslo.messaging': '16.1.0-3+deb13u1',
    },
    older: `installed=$(dpkg-query -W -f '\${Version}' "$1" 2>/dev/null) && [ -n "$installed" ] && dpkg --compare-versions "$installed" lt "$2"`,
    origins,
    answers: { 'nova-consoleproxy': ['nova-consoleproxy nova-consoleproxy/daemon_type select novnc'] },
    components: ['main'],
  },
  projects,
  components,
  // Written by scripts/options.mjs.
  options: async () => (await import('./options.json', { with: { type: 'json' } })).default,
  wsgiServer: { command: '/usr/bin/uwsgi_python3', plugin: 'python3' },
  startupModule: opensslErrors,
};
