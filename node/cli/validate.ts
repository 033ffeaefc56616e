import { nameOf } from '../config/document.js';
import { completeSettings, countOf, folderOf, readConfiguration } from '../config/reader.js';
import { ConfigError, ExitCode } from '../model/errors.js';
import type { Command } from './command.js';
import { counterWarnings } from './counterWarnings.js';
import { print, report } from './output.js';
import { required } from './option.js';
import { sourceWarnings } from './sourceWarnings.js';

/** `validate`: every violation of a configuration. */
export const validate: Command = {
  name: 'validate',
  usage: '--config FILE [--json]',
  summary: 'Tells everything that is wrong with a configuration.',
  details: [
    '  --config FILE  settings or a bare psutil_config, JSON or YAML; - is standard input',
    '  --json         one object: valid, faults (pointer, message, expected, found, nearest), more (how many faults',
    '                 beyond those), warnings and, where it is valid, document',
    '',
    'Exit code 0: valid. 3: not. Of a valid one it also warns of what this host does not have: the password, files of',
    'TLS, on Windows performance counters. sample --config FILE tries the entries themselves.',
  ],
  example: 'validate --config examples/monitor.yaml',
  options: { config: { type: 'string' }, json: { type: 'boolean' } },
  positionals: 0,
  async run(options) {
    const path = required(options, 'config', 'FILE');
    try {
      const read = readConfiguration(path);
      const { faults, more, parsed } = read;
      const valid = faults.length === 0;
      const broker = valid ? completeSettings(read.document, folderOf(path), process.env).broker : undefined;
      const warnings = [...read.warnings, ...(await counterWarnings(read)), ...(await sourceWarnings(broker))];
      if (options['json'] === true) {
        print(JSON.stringify({ valid, faults, more, warnings, ...(valid ? { document: parsed } : {}) }));
      } else {
        for (const { message } of faults) report(message);
        for (const { message } of warnings) report(`warning: ${message}`);
        report(`${nameOf(path)}: ${valid ? 'valid' : countOf(faults.length, more)}`);
      }
      return valid ? ExitCode.ok : ExitCode.configuration;
    } catch (error) {
      if (options['json'] !== true || !(error instanceof ConfigError) || error.code !== 'PSA_CONFIG_SYNTAX') throw error;
      const [, expected, found] = /expected (.+), found (.+)/.exec(error.message) ?? [];
      const fault = { pointer: '', message: error.message, expected: expected ?? 'JSON or YAML', found: found ?? 'text that is neither' };
      print(JSON.stringify({ valid: false, faults: [fault], more: 0, warnings: [] }));
      return ExitCode.configuration;
    }
  },
};
