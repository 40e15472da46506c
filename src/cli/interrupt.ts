// SPDX-License-Identifier: GPL-2.0-only
/** Ctrl-C asks a run to stop and report; a second one kills it. */

/** npm passes on the signal that the terminal has already sent, so what comes this soon is the same key press. */
const SAME_KEY_PRESS = 500;

/** What Ctrl-C and `timeout` send. */
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Set when the user wants the run to end. */
export interface Interrupt {
  readonly wanted: () => boolean;
  /** Stops listening. */
  readonly release: () => void;
}

/** Listens for Ctrl-C. A run that looks at `wanted` between pieces of work and yields in between ends cleanly. */
export function listenForInterrupt(): Interrupt {
  let wanted = false;
  let timer: NodeJS.Timeout | undefined;
  const release = (): void => {
    clearTimeout(timer);
    for (const signal of SIGNALS) process.removeListener(signal, onSignal);
  };
  const onSignal = (): void => {
    wanted = true;
    timer ??= setTimeout(release, SAME_KEY_PRESS).unref();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return { wanted: () => wanted, release };
}

/** Lets signals, timers and output happen. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
