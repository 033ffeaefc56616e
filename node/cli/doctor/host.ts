/** The program on this host, and the account that this runs as. */
import { arch, release, type, version as systemName } from 'node:os';
import { version } from '../../model/version.js';
import type { Note } from './finding.js';
import type { Subject } from './subject.js';

/** The first Windows that node.exe 22 runs on: 10 and Server 2016. */
const oldestWindows = 10;

export async function checkProgram({ collector }: Subject, note: Note): Promise<void> {
  const system = process.platform === 'win32' ? `${systemName()} (${release()})` : `${type()} ${release()}`;
  note('ok', `psutil-agent ${version}, Node ${process.versions.node}, ${system}, ${arch()}`);
  if (!['win32', 'linux'].includes(process.platform)) note('fault', `${process.platform} is not supported: run the collector on Windows or Linux`);
  if (process.platform === 'win32' && Number.parseInt(release(), 10) < oldestWindows) note('fault', `this Windows is older than Windows 10 and Server 2016, the oldest that its node.exe is made for: move the monitor to a newer one`);
  if (collector?.life === 'running' && collector.report.version !== version) {
    note('warning', `the collector that runs is version ${collector.report.version}, this is ${version}: start the monitor again to have it run this version, or ask with the psutil-agent of that one`);
  }
  return Promise.resolve();
}

export async function checkAccount({ account: { name, privileged }, collector }: Subject, note: Note): Promise<void> {
  const who = name ?? 'an account that the system does not name';
  if (privileged === true) note('ok', `this check runs as ${who}, to whom every reading is open`);
  else if (process.platform === 'win32') note('warning', `this check runs as ${who}, who is no administrator: some readings and a monitor's files are closed to it; run it from a session that was started as administrator`);
  else note('ok', `this check runs as ${who}: what root alone may read is absent`);
  const other = collector?.life === 'running' ? collector.report.account : null;
  if (other !== null && other.privileged !== true && (other.name ?? '') !== (name ?? '')) {
    note('warning', `the collector runs as ${other.name ?? 'another account'}, not as ${who}: which files that account may read and write was not tried, its own word below (collector) tells`);
  }
  return Promise.resolve();
}
