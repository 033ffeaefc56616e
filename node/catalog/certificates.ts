/** The catalog's rows about certificates. */
import { argument, everywhere, flag, gauge, pattern, selector, text } from './field.js';
import type { Argument, CatalogFunction } from './function.js';

const from: readonly Argument[] = [
  { ...argument('store', 'string', 'My', 'the Windows certificate store: My holds those with a key, Root the authorities, WebHosting those of IIS'), notEmpty: true },
  { ...argument('location', 'string', 'LocalMachine', 'whose store'), values: ['LocalMachine', 'CurrentUser'] },
  selector('path', 'string', 'a file of certificates instead of a store: PEM, any number of them, or one in DER'),
  pattern('subject', 'only certificates of this subject, as CN=www.example.com, O=Example'),
];

const shared = {
  group: 'system', platforms: everywhere,
  source: { win32: 'CertOpenStore, CertEnumCertificatesInStore', linux: 'the file at path; Linux has no stores' },
} as const;

export const certificates: readonly CatalogFunction[] = [
  {
    ...shared, name: 'certificate_expiry', meaning: 'the certificates of a store or file together: how many, how many have expired, and the days left to the first to do so',
    arguments: from, shape: 'fields',
    fields: [
      gauge('days_left', 'd', 'days until the first of them expires; below 0 since it has'),
      gauge('count', 'count', 'certificates'),
      gauge('expired', 'count', 'certificates that have expired'),
      gauge('unreadable', 'count', 'certificates that could not be read, which the others leave out'),
    ],
  },
  {
    ...shared, name: 'certificates', meaning: 'each certificate of a store or file',
    arguments: [...from, { ...argument('by', 'string', 'thumbprint', 'what a certificate goes by: its thumbprint, or its subject, which a renewed one keeps; of several of one subject the one that lasts longest counts'), values: ['thumbprint', 'subject'] }],
    shape: 'map', bulk: true,
    fields: [
      gauge('days_left', 'd', 'days until it expires; below 0 since it has'),
      flag('expired', '1 if it has expired, else 0'),
      gauge('not_before', 's', 'valid from, seconds since 1970'), gauge('not_after', 's', 'valid until, seconds since 1970'),
      text('subject', 'whose it is'), text('issuer', 'who signed it'), text('thumbprint', 'SHA-1 of it, as Windows shows it'),
    ],
  },
];
