/**
 * What the bot writes into its database, row by row: triggers of this test note each change in a table of their own. They run inside the
 * transactions that make the changes, so what was rolled back is not there. Where one commit ends and the next begins is not to be seen.
 */

import Sqlite from 'better-sqlite3'
import { z } from 'zod'

export interface RowChange {
  readonly table: string
  readonly kind: 'insert' | 'update' | 'delete'
  /** The columns that it is about: of an update what names the row, and what is new. */
  readonly values: Readonly<Record<string, unknown>>
}

const LOG = 'recorded_change'
/** How far a session's log has been read: when that is noted depends on what the stream brought by then. */
const UNSTEADY = new Set(['position_event', 'position_at'])

const columnsOf = z.array(z.object({ name: z.string(), pk: z.number() }))
const changes = z.array(
  z.object({ name: z.string(), kind: z.enum(['insert', 'update', 'delete']), before: z.string(), after: z.string() }),
)
const row = z.record(z.string(), z.unknown())

/** @param path of a database that has all its tables, and no bot on it */
export function recordChanges(path: string): void {
  const database = new Sqlite(path)
  try {
    database.exec(`create table ${LOG} (id integer primary key, name text, kind text, before text, after text)`)
    for (const table of tablesOf(database)) {
      const columns = columnsOf.parse(database.pragma(`table_info(${table})`)).map(({ name }) => name)
      const json = (side: 'old' | 'new') => `json_object(${columns.map((name) => `'${name}', ${side}."${name}"`)})`
      const note = (kind: string, before: string, after: string) =>
        database.exec(
          `create trigger recorded_${table}_${kind} after ${kind} on "${table}" begin insert into ${LOG} (name, kind, before, after) values ('${table}', '${kind}', ${before}, ${after}); end`,
        )
      note('insert', "'{}'", json('new'))
      note('update', json('old'), json('new'))
      note('delete', json('old'), "'{}'")
    }
  } finally {
    database.close()
  }
}

/** Oldest first, without updates that left everything as it was. */
export function recordedChanges(path: string): RowChange[] {
  const database = new Sqlite(path, { readonly: true })
  try {
    const keys = new Map(tablesOf(database).map((table) => [table, keyOf(database, table)]))
    const found = changes
      .parse(database.prepare(`select name, kind, before, after from ${LOG} order by id`).all())
      .flatMap(({ name, kind, before, after }): RowChange[] => {
        const [old, fresh] = [row.parse(JSON.parse(before)), row.parse(JSON.parse(after))]
        const key = keys.get(name) ?? []
        if (kind !== 'update')
          return [{ table: name, kind, values: presented(kind === 'insert' ? fresh : pick(old, key)) }]
        const changed = Object.keys(fresh).filter((column) => fresh[column] !== old[column] && !UNSTEADY.has(column))
        if (changed.length === 0) return []
        return [{ table: name, kind, values: presented({ ...pick(old, key), ...pick(fresh, changed) }) }]
      })
    return withoutLooks(found)
  } finally {
    database.close()
  }
}

/** How often a turn that waits is woken, finds nothing new and waits again is timing: waiting, running, waiting is waiting. */
function withoutLooks(all: readonly RowChange[]): RowChange[] {
  const kept: RowChange[] = []
  for (const change of all) {
    const { id, state } = change.values
    const earlier = kept.filter(
      ({ table, values }) => table === 'turn' && values.id === id && values.state !== undefined,
    )
    const [waiting, running] = earlier.slice(-2)
    const isBack = String(state).startsWith('waiting_') && waiting?.values.state === state
    const isLook = change.table === 'turn' && isBack && running?.values.state === 'running'
    if (isLook && running !== undefined) kept.splice(kept.lastIndexOf(running), 1)
    else kept.push(change)
  }
  return kept
}

/** Names of the tables that hold what the bot knows. */
function tablesOf(database: Sqlite.Database): string[] {
  const names = database
    .prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name")
    .pluck()
    .all()
  return z
    .array(z.string())
    .parse(names)
    .filter((name) => name !== LOG && !name.startsWith('kysely_'))
}

function keyOf(database: Sqlite.Database, table: string): string[] {
  return columnsOf
    .parse(database.pragma(`table_info(${table})`))
    .filter(({ pk }) => pk > 0)
    .map(({ name }) => name)
}

function pick(values: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, values[name]]))
}

/** Without what is empty: a column that a later version adds is seen once it says something. */
function presented(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => value !== null && !UNSTEADY.has(name)))
}
