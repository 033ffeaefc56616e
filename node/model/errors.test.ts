import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AgentError, BrokerError, ConfigError, ExitCode, messageOf, PlatformError, SpoolError, systemCode, UnavailableError, UsageError } from './errors.js';

describe('errors', () => {
  it('each kind ends the process with its own exit code, and keeps its cause', () => {
    const cause = new Error('why');
    const kinds: [AgentError, ExitCode, string][] = [
      [new UsageError('x'), ExitCode.usage, 'PSA_USAGE'], [new ConfigError('PSA_CONFIG_SYNTAX', 'x', [], { cause }), ExitCode.configuration, 'PSA_CONFIG_SYNTAX'],
      [new BrokerError('PSA_BROKER_TLS', 'tls', 'x', { cause }), ExitCode.broker, 'PSA_BROKER_TLS'], [new UnavailableError('x', { cause }), ExitCode.platform, 'PSA_UNAVAILABLE'],
      [new PlatformError('PSA_PLATFORM', 'x', { cause }), ExitCode.platform, 'PSA_PLATFORM'], [new SpoolError('PSA_SPOOL_LOCKED', 'x', { cause }), ExitCode.spool, 'PSA_SPOOL_LOCKED'],
    ];
    for (const [error, exit, code] of kinds) {
      assert.ok(error instanceof AgentError && error instanceof Error);
      assert.deepEqual([error.exitCode, error.code, error.message, error.name], [exit, code, 'x', error.constructor.name]);
      if (code !== 'PSA_USAGE') assert.equal(error.cause, cause, code);
    }
  });

  it('whatever is thrown has a text, and the system\'s code where it has one', () => {
    assert.deepEqual([new Error('oh'), 'oh', 5, null, undefined].map(messageOf), ['oh', 'oh', '5', 'null', 'undefined']);
    assert.equal(systemCode(Object.assign(new Error('x'), { code: 'ENOENT' })), 'ENOENT');
    for (const thrown of [null, undefined, 'ENOENT', 5, {}, new Error('x'), { code: 5 }]) assert.equal(systemCode(thrown), undefined);
  });
});
