/** What the schemas compile to (compile.ts): validators.cjs beside this file. */
import type { ErrorObject } from 'ajv';
import { createRequire } from 'node:module';

/** A validator that ajv compiled when the package was built; it fills defaults into what it validates. */
export interface Validator {
  (data: unknown): boolean;
  errors?: ErrorObject[] | null;
}

type Validators = Readonly<Record<'psutilConfig' | 'monitor', Validator>>;

let loaded: WeakRef<Validators> | undefined;

/** The validators, for as long as whoever asks needs them: a collector that has read its settings has no use for their megabyte. */
export function loadValidators(): Validators {
  const known = loaded?.deref();
  if (known !== undefined) return known;
  // Anew each time, for it keeps what it has loaded, as Node's own list does.
  const load = createRequire(import.meta.url);
  const path = load.resolve('./validators.cjs');
  const validators = load(path) as Validators;
  // oxlint-disable-next-line typescript/no-dynamic-delete
  delete load.cache[path];
  loaded = new WeakRef(validators);
  return validators;
}
