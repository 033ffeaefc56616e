import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { disagreement, psutil } from '../support/psutil.js';
import { entry, publish } from '../support/windowsCollector.js';
import { installPowershell } from '../support/windowsPowershell.js';
import { windowsModule } from '../support/windowsModule.js';
import type { Prefix } from '../support/wine.js';

// Windows' own numbers, which psutil has no function for, under node.exe for Windows in Wine.

let prefix: Prefix;
let module: string;

/** A row of /proc/net/snmp, which Wine's counters are. */
function snmp(protocol: string, name: string): number {
  const [names = [], values = []] = readFileSync('/proc/net/snmp', 'utf8').split('\n').filter((line) => line.startsWith(`${protocol}:`)).map((line) => line.split(' '));
  return Number(values[names.indexOf(name)]);
}

/** The rows behind fields of net_tcp_stats and net_udp_stats. */
const rows: readonly (readonly [field: string, protocol: string, name: string])[] = [
  ['tcp segments_sent', 'Tcp', 'OutSegs'], ['tcp segments_recv', 'Tcp', 'InSegs'], ['tcp retransmits', 'Tcp', 'RetransSegs'], ['tcp resets_sent', 'Tcp', 'OutRsts'],
  ['tcp connections_opened', 'Tcp', 'ActiveOpens'], ['tcp connections_failed', 'Tcp', 'AttemptFails'], ['udp datagrams_sent', 'Udp', 'OutDatagrams'],
  ['udp datagrams_recv', 'Udp', 'InDatagrams'], ['udp no_port', 'Udp', 'NoPorts'],
];

/** Puts a file of regedit's into the registry. */
async function register(...lines: string[]): Promise<void> {
  const file = join(prefix.drive, 'numbers.reg');
  writeFileSync(file, `\ufeffWindows Registry Editor Version 5.00\r\n\r\n${lines.join('\r\n')}\r\n`, 'utf16le');
  const { code, err } = await prefix.wine(['C:\\windows\\regedit.exe', '/S', prefix.path(file)]);
  assert.equal(code, 0, err);
}

const hex = (bytes: Buffer): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(',');
const wide = (text: string): Buffer => Buffer.from(text, 'utf16le');

/** A certificate of so many days that openssl has just made, in DER. */
function makeCertificate(days: number): Buffer {
  const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', '/dev/null', '-days', String(days), '-subj', `/CN=wine ${String(days)}`];
  return new X509Certificate(execFileSync('openssl', words, { stdio: ['ignore', 'pipe', 'ignore'] })).raw;
}

/** As Windows keeps a certificate in the registry: elements of a type, a 1, a length and their bytes, the certificate's type being 32. */
function certificateKey(store: string, encoded: Buffer): string[] {
  const head = Buffer.alloc(12);
  for (const [at, number] of [32, 1, encoded.length].entries()) head.writeUInt32LE(number, 4 * at);
  const thumbprint = new X509Certificate(encoded).fingerprint.replaceAll(':', '');
  return [`[${store}\\Certificates\\${thumbprint}]`, `"Blob"=hex:${hex(Buffer.concat([head, encoded]))}`];
}

const uptime = '__import__("time").clock_gettime(7)';

describe('Windows\' own numbers under Wine', () => {
  before(() => { ({ prefix, folder: module } = windowsModule); });

  it('committed memory, counts, the uptime, TCP and UDP are this machine\'s; what Wine leaves empty is absent', async () => {
    const memory = (await psutil('psutil.virtual_memory().total + psutil.swap_memory().total')) as number;
    const earlier = { rows: rows.map(([, protocol, name]) => snmp(protocol, name)), uptime: (await psutil(uptime)) as number };
    const { values, reasons } = await publish(prefix, module, [
      entry('commit', 'commit_memory', {}), entry('peak', 'commit_memory', {}, 'peak'), entry('kernel', 'kernel_memory', {}, 'nonpaged'), entry('stats', 'system_stats', {}),
      entry('pids', 'pids', {}, 'count'), entry('uptime', 'uptime', {}),
      entry('tcp', 'net_tcp_stats', { family: 'ipv4' }), entry('udp', 'net_udp_stats', { family: 'ipv4' }), entry('udp6', 'net_udp_stats', { family: 'ipv6' }),
      { ...entry('rates', 'net_tcp_stats', {}), rate: true },
    ], 4);
    const later = { rows: rows.map(([, protocol, name]) => snmp(protocol, name)), uptime: (await psutil(uptime)) as number };
    const value = (name: string): number => values[name] ?? assert.fail(`no ${name}: ${JSON.stringify(reasons)}`);
    assert.ok(Math.abs(value('commit limit') - memory) <= 1024 * 1024 && value('commit used') > 0 && value('commit percent') > 0, JSON.stringify(values));
    assert.match(reasons['peak']!, /peak/);
    assert.match(reasons['kernel']!, /no kernel memory/);
    assert.equal(value('stats processes'), value('pids'));
    assert.ok(value('stats threads') > value('stats processes') && value('stats handles') > value('stats threads'));
    assert.equal(disagreement(value('uptime'), earlier.uptime, later.uptime, 0), undefined);
    for (const [at, [field]] of rows.entries()) assert.equal(disagreement(value(field), earlier.rows[at]!, later.rows[at]!, 0), undefined, field);
    assert.ok(value('udp6 datagrams_sent') >= 0 && value('rates segments_sent') >= 0);
    assert.ok(!('rates established' in values));
  });

  it('certificates of a store, and what waits for a reboot, are what was put there', async () => {
    const control = 'HKEY_LOCAL_MACHINE\\System\\CurrentControlSet\\Control';
    const asked = [
      entry('reboot', 'reboot_pending', {}), entry('all', 'certificate_expiry', { location: 'CurrentUser' }),
      entry('one', 'certificate_expiry', { location: 'CurrentUser', subject: '*400' }), entry('each', 'certificates', { location: 'CurrentUser', by: 'subject' }, '*.days_left'),
      entry('offset', 'clock_offset', { server: '127.0.0.1', port: 9, timeout: 1 }, 'offset'),
      entry('events', 'event_count', {}),
    ];
    // The first look into any store has Wine fetch all of this machine's authorities.
    const { values: before } = await publish(prefix, module, [...asked, entry('roots', 'certificate_expiry', { store: 'Root' }, 'count')], 'once');
    assert.deepEqual([before['reboot pending'], before['reboot file_renames'], before['reboot computer_rename']], [0, 0, 0]);
    await register(
      ...certificateKey('HKEY_CURRENT_USER\\Software\\Microsoft\\SystemCertificates\\My', makeCertificate(30)),
      ...certificateKey('HKEY_CURRENT_USER\\Software\\Microsoft\\SystemCertificates\\My', makeCertificate(400)),
      `[${control}\\Session Manager]`, `"PendingFileRenameOperations"=hex(7):${hex(wide('\\??\\C:\\new\0!\\??\\C:\\old\0\\??\\C:\\gone\0\0\0'))}`,
      `[${control}\\ComputerName\\ComputerName]`, '"ComputerName"="ANOTHER"',
      '[HKEY_LOCAL_MACHINE\\Software\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update\\RebootRequired]',
    );
    const { values, reasons } = await publish(prefix, module, asked, 'once');
    const reboot = (...names: string[]): (number | undefined)[] => names.map((name) => values[`reboot ${name}`]);
    assert.deepEqual(reboot('pending', 'windows_update', 'computer_rename', 'component_servicing', 'domain_join'), [1, 1, 1, 0, 0], JSON.stringify(reasons));
    assert.deepEqual(reboot('file_renames', 'file_deletions'), [1, 1]);
    assert.deepEqual([values['all count'], values['all expired'], values['all unreadable'], values['one count']], [2, 0, 0, 1]);
    const about = (value: number | undefined, days: number): boolean => value !== undefined && value > days - 0.1 && value <= days;
    assert.ok(about(values['all days_left'], 30) && about(values['one days_left'], 400), JSON.stringify(values));
    assert.ok(about(values['each CN=wine 30_days_left'], 30) && about(values['each CN=wine 400_days_left'], 400));
    assert.match(reasons['offset']!, /^The time server 127\.0\.0\.1, port 9, /);
    assert.match(reasons['events']!, /EvtQuery of System failed/);
  });

  it('PowerShell commands and systeminformation answer, and a command that hangs is ended', async () => {
    const env = await installPowershell(prefix);
    const sample = async (...words: string[]): Promise<{ code: number | null; result?: unknown; err: string }> => {
      const { code, out, err } = await prefix.wine([join(module, 'bin/node.exe'), 'C:\\PsutilAgent\\dist\\cli\\launcher.cjs', 'sample', ...words, '--json'], { env });
      const answer = JSON.parse(out) as { result?: unknown; error?: { message: string } };
      return { code, result: answer.result, err: `${answer.error?.message ?? ''}${err}` };
    };
    const richest = '@{ answer = 6 * 7; text = "Gr" + [char] 0xFC + [char] 0x00DF + "e"; windows = [int] $IsWindows; inner = @{ two = 2.5 } }';
    const [object, failed, hanging, memory] = await Promise.all([
      sample('powershell', `command=${richest}`, 'timeout=120'), sample('powershell', 'command=throw "no such thing"', 'timeout=120'),
      sample('powershell', 'command=Start-Sleep -Seconds 1000', 'timeout=2'), sample('systeminformation.mem', 'timeout=120', '--result-argument', 'total'),
    ]);
    assert.deepEqual(object.result, { answer: 42, text: 'Gr\u00fc\u00dfe', windows: 1, inner: { two: 2.5 } }, object.err);
    assert.equal(failed.code, 5);
    assert.match(failed.err, /the command failed: no such thing/);
    assert.match(hanging.err, /has not ended within 2 s; its PowerShell was ended/);
    const total = (await psutil('psutil.virtual_memory().total')) as number;
    assert.ok(Math.abs((memory.result as number) - total) <= 4096, `${String(memory.result)} ${memory.err}`);
  });
});
