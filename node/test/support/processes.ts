import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A process that a test started, which has told that it is ready. */
export interface Subject {
  readonly pid: number;
  /** What it told of itself. */
  readonly told: Readonly<Record<string, number | string>>;
  end(): Promise<void>;
}

const python = '/usr/bin/python3';

/** Processes to be looked at, each in Python: it does its work, tells a line of JSON, and waits to be ended. */
export const programs = {
  /** Keeps one CPU busy. */
  busy: 'tell()\nwhile True: pass',
  /** Holds 64 MiB that it has written to. */
  memory: 'block = bytearray(64 * 1024 * 1024)\nblock[::4096] = b"x" * (len(block) // 4096)\ntell()\nwait()',
  /** Holds three files open: one to read, one to append, one to read and write. */
  files: [
    'import os',
    'path = os.path.join(sys.argv[1], "file")',
    'held = [open(path, "w"), open(path, "a"), open(path, "r+"), open(path, "r"), open("/dev/null")]',
    'held[0].write("twelve bytes"); held[0].flush(); held[3].read(5)',
    'tell(path=path)\nwait()',
  ].join('\n'),
  /** Listens on TCP and UDP, over both families, and is connected to itself. */
  sockets: [
    'import socket',
    'four = socket.socket(); four.bind(("127.0.0.1", 0)); four.listen()',
    'six = socket.socket(socket.AF_INET6); six.bind(("::1", 0)); six.listen()',
    'udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); udp.bind(("127.0.0.1", 0))',
    'client = socket.create_connection(four.getsockname()); server, _ = four.accept()',
    'pair = socket.socketpair()',
    'tell(four=four.getsockname()[1], six=six.getsockname()[1], udp=udp.getsockname()[1], client=client.getsockname()[1])\nwait()',
  ].join('\n'),
  /** Has twenty threads that wait. */
  threads: 'import threading\nfor _ in range(20): threading.Thread(target=wait, daemon=True).start()\ntell()\nwait()',
  /** Has two children, one of them with a child of its own; they end with it. */
  tree: [
    'import subprocess',
    'leaf = [sys.executable, "-c", "import sys; sys.stdin.read()"]',
    'branch = [sys.executable, "-c", "import subprocess, sys; p = subprocess.Popen([sys.executable, \'-c\', \'import sys; sys.stdin.read()\'], stdin=sys.stdin); print(p.pid, flush=True); sys.stdin.read()"]',
    'one = subprocess.Popen(leaf, stdin=subprocess.PIPE)',
    'two = subprocess.Popen(branch, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)',
    'tell(one=one.pid, two=two.pid, grandchild=int(two.stdout.readline()))\nwait()\none.stdin.close(); two.stdin.close()',
  ].join('\n'),
  /** Does nothing, under a name longer than the kernel keeps. */
  idle: 'tell()\nwait()',
} as const;

const prelude = `
import json, sys
def tell(**told): print(json.dumps(told), flush=True)
def wait(): sys.stdin.read()
`;

/** Starts a program in a folder of its own, with a niceness of 5, and resolves when it is ready. */
export async function startSubject(program: keyof typeof programs, args: readonly string[] = []): Promise<Subject> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `psutil-agent-${program}-`)));
  const child = spawn('nice', ['-n', '5', python, '-c', prelude + programs[program], folder, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'], cwd: folder,
  });
  const told = await firstLine(child);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program} did not start`);
  return {
    pid, told: JSON.parse(told) as Subject['told'],
    end: () => new Promise((resolve) => {
      child.once('exit', () => { rmSync(folder, { recursive: true, force: true }); resolve(); });
      child.stdin.end();
      if (program === 'busy') child.kill();
    }),
  };
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => { reject(new Error(`the process ended with ${String(code)} before it was ready`)); });
    if (child.stdout) createInterface(child.stdout).once('line', resolve);
  });
}
