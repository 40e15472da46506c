// SPDX-License-Identifier: GPL-2.0-only
/** Whatever a program does wrong is said with the command, the step and what was expected, and nothing of it stays. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterAll, describe, expect, test } from 'vitest';

import type { Departure } from '../src/conform/play.ts';
import { compareProgram } from '../src/conform/program.ts';
import { environmentNamed } from '../src/generate/environments.ts';
import type { Limits } from '../src/subject/process/exchange.ts';
import { type ProcessFactory, processSubject } from '../src/subject/process/index.ts';
import { DEFAULT_ENVIRONMENT } from '../src/trace/environment.ts';
import { parseStep } from '../src/trace/parse.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'msicheck-bad-programs-'));
const NO_DOMAIN = environmentNamed('no-domain') ?? DEFAULT_ENVIRONMENT;
const SET_UP = parseStep('msi_setup_device_data(dev=0)');
const HELLO = String.raw`msicheck protocol 1\nrelease: 6.12\ncalls: msi_setup_device_data\nshows: ret\ncan: restart\nready\n`;
/** Far more than a shell takes for an answer, and soon enough for a test that must wait for it to pass. */
const PATIENT = { answer: 2000 };
/** Of a test that waits for a limit which nothing can keep. */
const SHORT = 50;

afterAll(() => {
  rmSync(FOLDER, { recursive: true });
});

describe('a program that does not begin is a mistake:', () => {
  const plain = join(FOLDER, 'plain');
  writeFileSync(plain, 'nothing to run\n', { mode: 0o600 });
  test.for([
    [
      'it is not there',
      './no/such/program --now',
      {},
      './no/such/program --now: could not be started: no such program; expected',
    ],
    ['it is not executable', plain, {}, 'could not be started: not executable'],
    ['it is a folder', FOLDER, {}, 'could not be started: not executable'],
    [
      'it speaks another version',
      `printf 'msicheck protocol 2\n'`,
      {},
      'speaks version "2" of the protocol; expected version 1',
    ],
    [
      'it says something else',
      'echo hello',
      {},
      'began with "hello"; expected "msicheck protocol 1" as its first line',
    ],
    [
      'it says nothing',
      'true',
      {},
      'ended with status 0; expected "msicheck protocol 1" and what follows it, to "ready"',
    ],
    [
      'it fails',
      `sh -c 'echo no licence >&2; exit 3'`,
      {},
      'ended with status 3; expected "msicheck protocol 1" and what follows it, to "ready"; it wrote to standard error: no licence',
    ],
    ['it never gets ready', 'sleep 1000', { start: SHORT }, 'did not get ready within 0.05 s'],
    ['it takes too long in all', 'sleep 1000', { total: SHORT }, 'took more than 0.05 s in all'],
    [
      'it does not end its first line',
      `head -c 20000000 /dev/zero`,
      {},
      'wrote more than 10000000 bytes without a line end',
    ],
    [
      'it never ends its greeting',
      `sh -c "echo 'msicheck protocol 1'; yes 'calls: msi_lock_descs'"`,
      {},
      'said 999 lines and not "ready"',
    ],
    ['its name is no name', ['a\0b'], {}, 'could not be started'],
  ] as const)('%s', ([, command, limits, message]) => {
    const error = thrown(() => processSubject(command, limits).abilities());
    expect(error.name).toBe('Mistake');
    expect(error.message).toContain(message);
    expect(error.message).not.toMatch(/\n\s+at /u);
  });
});

describe('a program is to blame at the step at which', () => {
  test.for([
    ['it dies of a signal', 'kill -SEGV $$', 'died of SIGSEGV', 'an answer'],
    ['it ends', 'exit 3', 'ended with status 3', 'an answer'],
    ['it answers nonsense', 'echo hello', 'answered with "hello"', 'words among ret='],
    ['it answers nothing on a line', 'echo', 'answered with no "ret=" in ""', 'words among ret='],
    ['it has no such call after all', 'echo no', 'answered "no"', 'it says that it has this call'],
    [
      'it never ends its line',
      'head -c 20000000 /dev/zero',
      'wrote more than 10000000 bytes without a line end',
      'an answer',
    ],
    ['it does not answer', ':', 'did not answer within 2 s', 'an answer'],
  ] as const)('%s', ([, body, what, expected]) => {
    const program = shell(
      `case $n in 1) echo ret=0;; *) echo where it was >&2; ${body};; esac`,
      PATIENT,
    );
    const world = program.start(NO_DOMAIN);
    expect(world.applyAll([SET_UP]).error).toBeUndefined();
    const { error } = world.applyAll([SET_UP, SET_UP]);
    const message = error?.message ?? '';
    expect([error?.name, error?.step]).toEqual(['ProgramError', 2]);
    expect(message).toMatch(/^sh -c 'printf .*\.\.\.: /u);
    expect(message).toContain(`${what} at step 2, msi_setup_device_data(dev=0); expected `);
    expect(message).toContain(expected);
    expect(message).toContain('it wrote to standard error: where it was');
    expect(program.close()).toBeUndefined();
  });

  test('it answers twice, however late its second line comes', () => {
    const found = departure(shell('echo ret=0; echo ret=0'));
    expect(found?.where).toBe('talks');
    expect(found?.failure).toContain('wrote a line that was not asked for, "ret=0"');
    expect(found?.failure).toContain('expected one line for each request');
  });
});

describe('the run of random traces', () => {
  test('ends with a clear word for a program that takes no environment', () => {
    const program = shell('echo ret=0', {}, 'echo no room');
    expect(() => run(program)).toThrow(
      /can have none of the environments: no room; expected one that it can have$/u,
    );
  });

  test('has the end of a program in it', () => {
    expect(departure(shell('echo ret=0', {}, 'echo ok', 'exit 7'))?.failure).toContain(
      'ended with status 7, the end of its input; expected status 0',
    );
    expect(
      departure(shell('echo ret=0', PATIENT, 'echo ok', 'exec sleep 1000'))?.failure,
    ).toContain('did not answer within 2 s, the end of its input; expected status 0');
  });

  test('shows what the program wrote beside a difference', () => {
    const found = departure(shell('echo there >&2; echo ret=-ENOMEM'));
    expect(found?.unlike).toEqual({ where: 'ret', one: '0', other: '-ENOMEM' });
    expect(found?.trace.steps).toEqual([SET_UP]);
    expect(found?.stderr).toContain('there');
  });

  test('finds a program that answers otherwise in a fresh process', () => {
    const found = departure(shell('test $worlds -gt 3 && echo ret=-5 || echo ret=0'));
    expect(found?.where).toBe('the same trace behaves the same way');
    expect(found?.failure).toContain('ret was -EIO; not so in a fresh process');
  });
});

describe('nothing stays behind', () => {
  test('of a program that hangs, nor of what it has started', async () => {
    const program = shell('sleep 1000 & echo $$ $! >&2; wait', PATIENT);
    const { error } = program.start(NO_DOMAIN).applyAll([SET_UP]);
    const pids = (error?.stderr ?? '').trim().split(' ').map(Number);
    expect(pids).toHaveLength(2);
    await expect.poll(() => pids.filter(lives), { timeout: 60_000 }).toEqual([]);
  });

  test('when we are killed', async () => {
    // Its name is its process; it reads nothing, so that it does not see that its input is closed.
    const [version, ...rest] = HELLO.split(String.raw`\n`);
    const hello = [version, 'name: %s', ...rest].join(String.raw`\n`);
    const script = `import { processSubject } from '${resolve('src/subject/process/index.ts')}';
      const words = ['sh', '-c', String.raw\`printf '${hello}' $$; sleep 1000; :\`];
      process.stdout.write(processSubject(words).abilities().name);
      setInterval(() => undefined, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      const [name]: readonly unknown[] = await once(child.stdout, 'data');
      const pid = Number(String(name));
      expect([pid > 1, lives(pid)]).toEqual([true, true]);
      child.kill('SIGKILL');
      await expect.poll(() => lives(pid), { timeout: 60_000 }).toBe(false);
    } finally {
      child.kill('SIGKILL');
    }
  });
});

/** A program of a few lines: `body` answers a step, of which `$n` is the number in its world. */
function shell(
  body: string,
  limits: Partial<Limits> = {},
  start: string = 'echo ok',
  end: string = ':',
): ProcessFactory {
  const script = `printf '${HELLO}'
worlds=0
while read -r line; do
  case $line in
    start) n=0; worlds=$((worlds + 1)); ${start} ;;
    *\\(*) n=$((n + 1)); ${body} ;;
  esac
done
${end}`;
  return processSubject(['sh', '-c', script], limits);
}

function run(program: ProcessFactory): ReturnType<typeof compareProgram> {
  return compareProgram({
    program,
    environments: [NO_DOMAIN],
    seed: 'bad',
    steps: 100,
    budget: 50,
  });
}

function departure(program: ProcessFactory): Departure | undefined {
  return run(program).found;
}

function thrown(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing was thrown');
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
