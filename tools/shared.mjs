/** What a Node that runs several test files of a stage does before the first. */
import hooks from 'node:async_hooks';

/*
 * node:test has every promise and every call of the system followed, to know which test an error belongs to that nobody caught: in tests that make many
 * promises, more than the tests themselves take. Here only the tests are, which is how one finds the test that it stands in. An error that nobody caught
 * fails the file instead, and is told of as it comes.
 */
const { AsyncResource, createHook } = hooks;
let follow = () => undefined;
hooks.createHook = ({ init }) => {
  follow = init;
  return { enable() { return this; }, disable() { return this; } };
};
hooks.AsyncResource = class extends AsyncResource {
  constructor(type, ...options) {
    super(type, ...options);
    follow(this.asyncId(), type, this.triggerAsyncId(), this);
  }
};
const { after } = await import('node:test');
Object.assign(hooks, { AsyncResource, createHook });
for (const event of ['uncaughtExceptionMonitor', 'unhandledRejection']) process.on(event, (error) => { console.error(error); });

// What ends the process before all tests have, such as a command that one of them runs in it, would end it as if they had passed.
let ended = false;
after(() => { ended = true; });
process.on('exit', () => { if (!ended) process.exitCode = 1; });
