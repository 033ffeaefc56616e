import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bindEthtool, parseEthtoolCommand } from './ethtool.js';

/** A C library whose drivers answer what `answer` writes into a command, by interface. */
function library(descriptor: number, answer: (name: string, command: Buffer) => number | Error) {
  const commands: Buffer[] = [];
  const open: number[] = [];
  const ioctl = (socket: number, request: number, argument: Buffer, done: (error: Error | null, result: number) => void): void => {
    assert.deepEqual([socket, request, argument.length], [descriptor, 0x8946, 40]);
    const command = commands[Number(argument.readBigUInt64LE(16))]!;
    assert.deepEqual([command.readUInt32LE(), argument[15]], [1, 0], 'the name ends with a zero');
    const given = answer(argument.toString('utf8', 0, 15).replace(/\0+$/, ''), command);
    setImmediate(() => { done(given instanceof Error ? given : null, given instanceof Error ? 0 : given); });
  };
  const func = (declaration: string): unknown => {
    if (declaration.startsWith('int socket(')) return (...args: number[]) => { assert.deepEqual(args, [2, 2, 0]); open.push(descriptor); return descriptor; };
    if (declaration.startsWith('int close(')) return (closed: number) => { open.splice(open.indexOf(closed), 1); return 0; };
    return Object.assign(() => 0, { async: ioctl });
  };
  const koffi = { address: (buffer: Buffer) => BigInt(commands.push(buffer) - 1) };
  return { ask: bindEthtool(koffi as never, { func } as never), open };
}

test('drivers are asked by the names of their interfaces; one that refuses is left out, and the socket closed', async () => {
  const { ask, open } = library(7, (name, command) => {
    if (name === 'lo') return -1;
    command.writeUInt16LE(name.length === 15 ? 10_000 : 100, 12);
    command.writeUInt8(name.length === 15 ? 1 : 0, 14);
    return 0;
  });
  assert.deepEqual([...await ask(['enp0s31f6-longer', 'lo', 'wlän0'])], [['enp0s31f6-longer', { speed: 10_000, duplex: 'full' }], ['wlän0', { speed: 100, duplex: 'half' }]]);
  assert.deepEqual(open, []);
});

test('a call that fails is told, and where there is no socket nobody is asked', async () => {
  const failing = library(7, () => new Error('no thread'));
  await assert.rejects(failing.ask(['eth0']), { message: 'no thread' });
  assert.deepEqual(failing.open, []);
  assert.deepEqual([...await library(-1, () => assert.fail('asked')).ask(['eth0'])], []);
});

test('a speed and a duplex that the driver does not know are absent', () => {
  const command = (speed: number, duplex: number): Buffer => {
    const buffer = Buffer.alloc(44);
    buffer.writeUInt16LE(speed & 0xffff, 12);
    buffer.writeUInt16LE(speed >>> 16, 28);
    buffer.writeUInt8(duplex, 14);
    return buffer;
  };
  assert.deepEqual(parseEthtoolCommand(command(0xffffffff, 255)), { speed: undefined, duplex: undefined });
  assert.deepEqual(parseEthtoolCommand(command(0x7fffffff, 0)), { speed: 0x7fffffff, duplex: 'half' });
});
