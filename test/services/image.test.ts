import { expect, it } from 'vitest';
import { content, iniSection, threeControls } from '../steps/clouds.ts';

// M7: Glance fetched any address that the control hosts reach, for any user who asked.
it('imports what users send, and fetches nothing for them', () => {
  for (const host of ['control1', 'control2', 'control3']) {
    const lines = iniSection(content(threeControls(), host, '/etc/glance/glance-api.conf'), 'DEFAULT');
    expect(lines.filter((line) => line.startsWith('enabled_import_methods'))).toEqual([
      'enabled_import_methods = [glance-direct]',
    ]);
  }
});
