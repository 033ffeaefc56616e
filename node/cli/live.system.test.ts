import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { widthOf } from '../model/width.js';
import { readStatus } from '../status/file.js';
import { command } from '../test/support/command.js';
import { Tmux } from '../test/support/tmux.js';

const home = mkdtempSync(join(tmpdir(), 'psutil-agent-live-'));
after(() => { rmSync(home, { recursive: true, force: true }); });

describe('run on a terminal', { skip: process.platform !== 'linux' }, () => {
  for (const end of ['q', 'C-c', 'SIGTERM']) {
    it(`shows each value, scrolls, follows the window, and gives the terminal back on ${end}`, async () => {
      const data = mkdtempSync(join(home, 'd-'));
      const config = join(data, 'settings.json');
      const entries = Array.from({ length: 40 }, (_, n) => ({ method: 'virtual_memory', result_argument: 'total', alias: `memory_${String(n)}`, interval: 1 }));
      writeFileSync(config, JSON.stringify({ status: { path: data, interval: 1 }, psutil_config: [{ method: 'disk_usage', args: { path: '/no/such' }, alias: '存储', interval: 1 }, ...entries] }));
      const modes = [join(data, 'before'), join(data, 'after')] as const;
      const terminal = new Tmux(80, 24, `stty -a > ${modes[0]}; '${process.execPath}' '${command}' run --config ${config}; stty -a > ${modes[1]}; echo it is over; exec sleep 600`);
      try {
        const first = await terminal.until((text) => /of 41/.test(text) && /memory_0 .* [GMT]iB/.test(text));
        assert.match(first[0] ?? '', /^METRIC +VALUE +AGE +TREND$/);
        assert.match(first[1] ?? '', /^存储 .*no such/);
        terminal.press('End');
        await terminal.until((text) => /-41 of 41/.test(text) && text.includes('memory_39'));
        terminal.resize(20, 10);
        const narrow = await terminal.until((text) => text.includes('q ends') && text.split('\n').every((line) => widthOf(line) <= 20));
        assert.ok(narrow.some((line) => /\d [GMT]iB$/.test(line)), narrow.join('\n'));
        if (end === 'SIGTERM') process.kill(readStatus(data).pid, end);
        else terminal.press(end);
        const left = await terminal.until((text) => text.includes('it is over'));
        assert.ok(left.some((line) => /\d [GMT]iB$/.test(line)), 'the last values stay');
        assert.equal(readFileSync(modes[1], 'utf8').replace(/^speed.*$/m, ''), readFileSync(modes[0], 'utf8').replace(/^speed.*$/m, ''));
        assert.equal(readStatus(data).state, 'stopped');
      } finally {
        terminal.close();
      }
    });
  }
});
