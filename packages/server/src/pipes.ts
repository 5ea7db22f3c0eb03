// Owns what happens when whoever read our output has gone: nothing, instead of a crash.

/** What this file needs of `process.stdout` and `process.stderr`. */
export interface OutputStream {
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown
}

/**
 * `quittance events list | head` closes the pipe early, and a log reader may die before the server
 * does: neither is an error of ours, and a server that takes payments must not end for it.
 */
export function outliveReaders(streams: readonly OutputStream[]): void {
  for (const stream of streams) {
    stream.on('error', (error) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
}
