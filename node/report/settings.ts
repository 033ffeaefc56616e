/** A settings file as a report shows it: every key, and nothing that is secret. */
import type { ReadConfiguration } from '../config/reader.js';
import { isSecret, showAt, showKey } from '../config/secret.js';
import type { SettingRow, SettingsView } from './page.js';

/** Characters of a value, rows and faults that are shown. */
const longestValue = 200;
const mostRows = 500;
const mostFaults = 10;

type Section = Readonly<Record<string, unknown>>;

/** What a settings file says, as it was read. */
export function viewSettings(file: string, { parsed, document, faults }: ReadConfiguration): SettingsView {
  const written = isMap(parsed) ? parsed : {};
  const valid = faults.length === 0;
  const complete: unknown = valid ? document : written;
  const keys = isMap(complete) ? Object.entries(complete).filter(([key]) => key !== 'psutil_config') : [];
  return {
    file, rows: keys.flatMap(([key, value]) => rowsOf([key], value, written)).slice(0, mostRows),
    faults: faults.slice(0, mostFaults).map(({ message }) => message),
    entries: valid ? document.psutil_config.map(({ method, alias, interval, args, result_argument: select }) => ({
      name: alias ?? method, method, interval,
      call: [...Object.entries(args ?? {}).map(([name, value]) => `${showKey(name)}=${showAt(`/args/${name}`, value, longestValue)}`), ...(select === undefined ? [] : [showKey(select)])].join(' '),
    })) : [],
  };
}

function rowsOf(place: readonly string[], value: unknown, written: unknown): SettingRow[] {
  if (isMap(value)) return Object.entries(value).flatMap(([key, member]) => rowsOf([...place, key], member, written));
  const pointer = `/${place.join('/')}`;
  const shown = Array.isArray(value) && !place.some(isSecret) ? value.map((one) => showAt(pointer, one, longestValue)).join(', ') : showAt(pointer, value, longestValue);
  return [{ key: place.map((key) => showKey(key)).join('.'), value: place.some(isSecret) ? `${shown}, not shown` : shown, written: has(written, place) }];
}

function has(document: unknown, [key, ...rest]: readonly string[]): boolean {
  if (key === undefined) return true;
  return isMap(document) && Object.hasOwn(document, key) && has(document[key], rest);
}

const isMap = (value: unknown): value is Section => typeof value === 'object' && value !== null && !Array.isArray(value);
