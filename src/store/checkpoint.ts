/**
 * A worker thread with a connection of its own: moves what is in the write-ahead log into the database file, so that
 * the syncs of a checkpoint happen beside the event loop. Asked 'checkpoint', answers with a `Checkpoint`.
 */
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'

/** Frames (pages) in the log, and how many of them are in the database file now; `error`: it will be tried again. */
export interface Checkpoint {
  log: number
  moved: number
  seconds: number
  error?: string
}

function checkpoint(db: DatabaseSync): Checkpoint {
  const began = performance.now()
  try {
    const row = db.prepare('pragma wal_checkpoint(passive)').get()
    return {
      log: Number(row?.['log'] ?? 0),
      moved: Number(row?.['checkpointed'] ?? 0),
      seconds: (performance.now() - began) / 1000,
    }
  } catch (error) {
    return { log: 0, moved: 0, seconds: (performance.now() - began) / 1000, error: String(error) }
  }
}

function serve(path: string): void {
  const db = new DatabaseSync(path, { timeout: 5000 })
  db.exec('pragma synchronous = normal; pragma wal_autocheckpoint = 0')
  parentPort?.on('message', (message: unknown) => {
    if (message === 'checkpoint') {
      parentPort?.postMessage(checkpoint(db))
      return
    }
    db.close()
    parentPort?.close()
  })
}

serve(String(workerData))
