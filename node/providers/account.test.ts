import assert from 'node:assert/strict';
import { test } from 'node:test';
import { userInfo } from 'node:os';
import { ownAccount } from './account.js';

test('the account of this process, and whether every reading is open to it', async () => {
  assert.deepEqual(await ownAccount(), { name: userInfo().username, privileged: userInfo().uid === 0 });
});
