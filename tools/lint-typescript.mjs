// The compiler's check of the collector, and eslint over it and the scripts. One program of types serves both: what a check has found out,
// eslint's rules need not, and to ask a service for each file's program is dearer.
import { ESLint } from 'eslint';
import ts from 'typescript';
import { root } from './dependencies.mjs';

const { config } = ts.readConfigFile(`${root}/tsconfig.json`, ts.sys.readFile);
// Without what the build remembers: that is of the files, and a program of these.
const { fileNames, options, errors } = ts.parseJsonConfigFileContent({ ...config, compilerOptions: { ...config.compilerOptions, incremental: false, tsBuildInfoFile: undefined } }, ts.sys, root);
// What a declaration file cannot say is told by every build, as it writes them.
const program = ts.createProgram(fileNames, { ...options, declaration: false });
const faults = [...errors, ...ts.getPreEmitDiagnostics(program)];
if (faults.length > 0) console.log(ts.formatDiagnostics(faults, { getCurrentDirectory: () => root, getCanonicalFileName: (name) => name, getNewLine: () => '\n' }));

const eslint = new ESLint({
  cwd: root,
  overrideConfig: { files: ['node/**/*.ts', 'node/**/*.cts'], languageOptions: { parserOptions: { projectService: false, programs: [program] } } },
});
const results = await eslint.lintFiles('.');
console.log(await (await eslint.loadFormatter('stylish')).format(results));
const findings = results.reduce((sum, { errorCount, warningCount }) => sum + errorCount + warningCount, 0);
process.exitCode = faults.length + findings === 0 ? 0 : 1;
