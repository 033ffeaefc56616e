import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { describe, it } from 'node:test';
import { isThisHost } from './host.js';

describe('isThisHost', () => {
  it('knows this host by its names and addresses, and no other', () => {
    for (const host of ['localhost', 'LocalHost', 'localhost.', '127.0.0.1', '127.255.0.1', '::1', '::ffff:127.0.0.1', hostname().toUpperCase()]) assert.equal(isThisHost(host), true, host);
    for (const host of ['localhost.example', 'x.localhost', 'xlocalhost', '128.0.0.1', '10.127.0.1', '::2', '::1:1', 'fe80::1', `${hostname()}x`, '127.example']) assert.equal(isThisHost(host), false, host);
  });
});
