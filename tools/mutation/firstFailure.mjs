// A reporter of node:test: the first test that fails ends the run, and is all that it prints.
export default async function* firstFailure(events) {
  for await (const { type, data } of events) {
    if (type !== 'test:fail' || data.todo) continue;
    console.log(data.name);
    process.exit(1);
  }
  yield '';
}
