import { type Database, openDatabase } from './database/database.js'
import { PersonsWork } from './persons-work.js'
import { AccessEndings } from './tables/access-endings.js'
import { Approvals } from './tables/approvals.js'
import { AttachedFiles } from './tables/attached-files.js'
import { ChangeUndos } from './tables/change-undos.js'
import { Channels } from './tables/channels.js'
import { Commands } from './tables/commands.js'
import { ConnectStates } from './tables/connect-states.js'
import { Conversations } from './tables/conversations.js'
import { Deployments } from './tables/deployments.js'
import { MailDrafts } from './tables/mail-drafts.js'
import { Messages } from './tables/messages.js'
import { OutgoingMails } from './tables/outgoing-mails.js'
import { People } from './tables/people.js'
import { Posts } from './tables/posts.js'
import { Revisions } from './tables/revisions.js'
import { Turns } from './tables/turns.js'
import { Vaults } from './tables/vaults.js'

export interface StoreOptions {
  /** How long an approved mail can be taken back before it leaves, in milliseconds. */
  readonly undoMs: number
}

const DEFAULT_OPTIONS: StoreOptions = { undoMs: 10_000 }

/** Everything that outlives a process, a file per table. */
export class Store {
  readonly people: People
  readonly conversations: Conversations
  readonly messages: Messages
  readonly turns: Turns
  readonly revisions: Revisions
  readonly channels: Channels
  readonly posts: Posts
  readonly approvals: Approvals
  readonly outgoing: OutgoingMails
  readonly drafts: MailDrafts
  readonly files: AttachedFiles
  readonly undos: ChangeUndos
  readonly commands: Commands
  readonly deployments: Deployments
  readonly vaults: Vaults
  readonly accessEndings: AccessEndings
  readonly connectStates: ConnectStates
  readonly personsWork: PersonsWork

  /** @param now epoch milliseconds */
  constructor(
    readonly db: Database,
    now: () => number,
    { undoMs }: StoreOptions = DEFAULT_OPTIONS,
  ) {
    this.people = new People(db, now)
    this.conversations = new Conversations(db, now)
    this.messages = new Messages(db, now)
    this.turns = new Turns(db, now)
    this.revisions = new Revisions(db, now)
    this.channels = new Channels(db)
    this.posts = new Posts(db, now)
    this.approvals = new Approvals(db, now, undoMs)
    this.outgoing = new OutgoingMails(db, now)
    this.drafts = new MailDrafts(db)
    this.files = new AttachedFiles(db, now)
    this.undos = new ChangeUndos(db, now)
    this.commands = new Commands(db, now)
    this.deployments = new Deployments(db, now)
    this.vaults = new Vaults(db)
    this.accessEndings = new AccessEndings(db, now)
    this.connectStates = new ConnectStates(db, now)
    this.personsWork = new PersonsWork(db, now)
  }

  /** @throws DatabaseError */
  static async open(
    path: string,
    now: () => number = Date.now,
    options: StoreOptions = DEFAULT_OPTIONS,
  ): Promise<Store> {
    return new Store(await openDatabase(path), now, options)
  }

  /** @throws when the database cannot be written right now */
  async checkWritable(): Promise<void> {
    await this.db.transaction().execute(async (tx) => {
      await tx.updateTable('turn').set({ ending: null }).where('id', '=', '').execute()
    })
  }

  async close(): Promise<void> {
    await this.db.destroy()
  }
}
