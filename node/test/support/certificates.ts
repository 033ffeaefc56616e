import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** PEM files in a temporary directory, made with the openssl command. */
export interface TestCertificates {
  /** The authority that signed all of the below but `stranger`. */
  readonly ca: string;
  /** For localhost and 127.0.0.1. */
  readonly server: KeyPair;
  /** The same names, expired since 2001. */
  readonly expired: KeyPair;
  /** For another name. */
  readonly wrongName: KeyPair;
  readonly client: KeyPair;
  /** An authority nobody here trusts. */
  readonly strangerCa: string;
  /** A client certificate of that authority. */
  readonly strangerClient: KeyPair;
  /** A file of text that is no PEM. */
  readonly garbage: string;
  /** Removes the directory. */
  remove(): Promise<void>;
}

export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** Makes them; throws where openssl is missing, naming the package. */
export async function makeCertificates(): Promise<TestCertificates> {
  const folder = await mkdtemp(join(tmpdir(), 'psutil-agent-tls-'));
  const openssl = async (...args: string[]) => {
    try {
      await run('openssl', args, { cwd: folder });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new Error('openssl is missing: apt-get install openssl', { cause: error });
      throw error;
    }
  };
  const authority = async (name: string) => {
    await openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.pem`, '-days', '3650', '-subj', `/CN=psutil-agent test ${name}`);
    return join(folder, `${name}.pem`);
  };
  /** `key`: the name of a pair whose key it has too; to make another is most of the work. */
  const pair = async (name: string, names: string, { ca = 'ca', dates = ['-days', '365'], key = name } = {}): Promise<KeyPair> => {
    const own = key === name ? ['-newkey', 'rsa:2048', '-nodes', '-keyout', `${key}.key`] : ['-new', '-key', `${key}.key`];
    await openssl('req', ...own, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    await writeFile(join(folder, `${name}.ext`), `subjectAltName=${names}\n`);
    await writeFile(join(folder, `${name}.index`), '');
    await writeFile(join(folder, `${name}.cnf`), caConfig(folder, name, ca));
    await openssl('ca', '-batch', '-config', `${name}.cnf`, '-in', `${name}.csr`, '-out', `${name}.pem`, '-extfile', `${name}.ext`, '-notext', ...dates);
    return { cert: join(folder, `${name}.pem`), key: join(folder, `${key}.key`) };
  };
  const here = 'DNS:localhost,IP:127.0.0.1';
  const garbage = join(folder, 'garbage.pem');
  await writeFile(garbage, 'this is no certificate\n');
  return {
    ca: await authority('ca'),
    strangerCa: await authority('stranger'),
    server: await pair('server', here),
    expired: await pair('expired', here, { dates: ['-startdate', '20000101000000Z', '-enddate', '20010101000000Z'], key: 'server' }),
    wrongName: await pair('wrong', 'DNS:other.example', { key: 'server' }),
    client: await pair('client', 'DNS:client.example'),
    strangerClient: await pair('strangerclient', 'DNS:client.example', { ca: 'stranger', key: 'client' }),
    garbage,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** `openssl ca` is the one command of OpenSSL 3.0 that can date a certificate back. */
function caConfig(folder: string, name: string, ca: string): string {
  return [
    '[ca]', 'default_ca=d', '[d]', `new_certs_dir=${folder}`, `database=${join(folder, `${name}.index`)}`,
    `certificate=${join(folder, `${ca}.pem`)}`, `private_key=${join(folder, `${ca}.key`)}`,
    'rand_serial=yes', 'default_md=sha256', 'policy=p', '[p]', 'commonName=supplied', '',
  ].join('\n');
}
