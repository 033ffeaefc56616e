import type { ErrorObject } from 'ajv';

/** A validator that ajv compiled when the package was built; it fills defaults into what it validates. */
interface Validator {
  (data: unknown): boolean;
  errors?: ErrorObject[] | null;
}

export const psutilConfig: Validator;
export const monitor: Validator;
