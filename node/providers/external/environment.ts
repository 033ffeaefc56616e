/**
 * The environment of the programs that the collector starts. What changes how node or PowerShell load code stays out, so that
 * nobody who can set a variable can have the service run something of theirs.
 */
const refused = /^(?:NODE_.*|UV_.*|ELECTRON_RUN_AS_NODE|LD_PRELOAD|LD_LIBRARY_PATH|PSModulePath|DOTNET_STARTUP_HOOKS|COMPlus_.*|COR_.*|CORECLR_.*)$/i;

/** This process's variables without those, with `more` added. */
export function childEnvironment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !refused.test(name))), ...more };
}
