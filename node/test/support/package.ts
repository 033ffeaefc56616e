/** The package, for tests: what tools/package gives, with types. */

/** A CycloneDX bill of materials, as far as the tests read it. */
export interface Bill {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly metadata: { readonly component: { readonly version: string } };
  readonly components: readonly {
    readonly 'bom-ref': string;
    readonly group?: string;
    readonly name: string;
    readonly version?: string;
    readonly purl?: string;
    readonly licenses: readonly unknown[];
    readonly hashes: readonly { readonly content: string }[];
  }[];
  readonly dependencies: readonly { readonly dependsOn: readonly string[] }[];
}

const tool = (name: string): Promise<unknown> => import(new URL(`../../../tools/package/${name}`, import.meta.url).href);
const { makePackage: make } = (await tool('make.mjs')) as { makePackage: (options: { out: string; stored?: boolean; forWine?: boolean }) => Promise<unknown> };
const { packageCollector: collector } = (await tool('bundle.mjs')) as { packageCollector: (version: string) => Promise<PackagedCollector> };

/** The files of the collector's folder by name, and the files of the clone that are in them. */
export interface PackagedCollector {
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly inputs: readonly string[];
}

/** The package of dist/ as it is: the file that `npm test` has made for all its stages, or else one made at `out`. */
export async function packageFile(out: string): Promise<string> {
  const made = process.env['PSUTIL_AGENT_PACKAGE'];
  if (made !== undefined) return made;
  await make({ out });
  return out;
}

/** Makes the package of dist/ as it is for Wine, in which its programs start fast and nothing takes time to unpack. */
export async function winePackage(out: string): Promise<string> {
  await make({ out, stored: true, forWine: true });
  return out;
}

/** What the package has of the collector. */
export const packageCollector = (version: string): Promise<PackagedCollector> => collector(version);
