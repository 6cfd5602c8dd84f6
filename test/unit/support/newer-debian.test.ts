import { describe, expect, it } from 'vitest';
import { deriveSource } from '../../support/newer-debian.ts';

describe('the source of a later Debian', () => {
  it.each([
    [
      'of today',
      'Types: deb\nURIs: http://mirror.example/debian-security\nSuites: bookworm-security\n\nTypes: deb deb-src\n# a note\nURIs: https://mirror.example/debian\nSuites: bookworm bookworm-updates\nComponents: main\nSigned-By: /usr/share/keyrings/site.gpg\n',
      'Types: deb\nURIs: https://mirror.example/debian\nSuites: trixie\nComponents: main\nSigned-By: /usr/share/keyrings/site.gpg\n',
    ],
    [
      'in one line',
      '# deb http://old.example/debian bookworm main\ndeb [arch=amd64] http://mirror.example/debian/ bookworm main contrib\n',
      'Types: deb\nURIs: http://mirror.example/debian/\nSuites: trixie\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n',
    ],
    ['of no Debian', 'deb http://archive.ubuntu.com/ubuntu noble main\n', undefined],
  ])('is where this machine has its own from: %s', (_, text, expected) => {
    expect(deriveSource(['', text], 'trixie')).toBe(expected);
  });
});
