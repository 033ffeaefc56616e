/** The command `psutil-agent`. */
import { ExitCode, messageOf, systemCode } from '../model/errors.js';
import { exitProcess } from '../providers/process.js';
import { exitWritten, report } from './output.js';
import { runToExit } from './program.js';

// A reader that went away (`| head`) is a normal end.
process.stdout.on('error', (error) => {
  const left = systemCode(error) === 'EPIPE';
  if (!left) report(`psutil-agent: standard output cannot be written: ${messageOf(error)}`);
  exitProcess(left ? ExitCode.ok : ExitCode.unexpected);
});
// Nobody reads what people should know: no reason to stop.
process.stderr.on('error', () => undefined);

void runToExit(process.argv.slice(2)).then(exitWritten);
