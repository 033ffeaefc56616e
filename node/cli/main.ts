/** The command `psutil-agent`. */
import { ExitCode, messageOf, systemCode } from '../model/errors.js';
import { exitProcess } from '../providers/process.js';
import { report } from './output.js';
import { runToExit } from './program.js';

// A reader that went away (`| head`) is a normal end.
process.stdout.on('error', (error) => {
  if (systemCode(error) === 'EPIPE') process.exit(ExitCode.ok);
  report(`psutil-agent: standard output cannot be written: ${messageOf(error)}`);
  process.exit(ExitCode.unexpected);
});
// Nobody reads what people should know: no reason to stop.
process.stderr.on('error', () => undefined);

/** Ends the process once stdout has taken what was written; measurements still under way are nobody's any more. */
function exit(code: number): void {
  process.stdout.write('', () => { exitProcess(code); });
}

void runToExit(process.argv.slice(2)).then(exit);
