// A reporter of node:test: the first test that fails ends the run, and is all that it prints. Where none does, it says so at the end: a
// process that ends before has not run them all, whatever its exit code.
export const allPassed = 'every test passed';

export default async function* firstFailure(events) {
  for await (const { type, data } of events) {
    if (type !== 'test:fail' || data.todo) continue;
    console.log(data.name);
    process.exit(1);
  }
  yield allPassed;
}
