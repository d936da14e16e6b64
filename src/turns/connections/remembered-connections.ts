/**
 * Records a connection's state whenever it is read. So a person can be told since when they are connected, and the address of a mailbox is forgotten
 * when it is disconnected.
 */

import type { IdentifiedPerson } from '../model.js'
import type { ConnectionState, Connections, ConnectLink, MailboxAddresses } from '../ports.js'

export interface ConnectionMemory {
  /** Keeps the time of the first of several in a row. */
  noteConnection(personId: string, isConnected: boolean): Promise<void>
}

export class RememberedConnections implements Connections {
  constructor(
    private readonly connections: Connections,
    private readonly memory: ConnectionMemory,
    private readonly mailboxes: Pick<MailboxAddresses, 'forget'>,
  ) {}

  async state(person: IdentifiedPerson): Promise<ConnectionState> {
    const state = await this.connections.state(person)
    if (state !== 'connected') this.mailboxes.forget(person)
    await this.memory.noteConnection(person.id, state === 'connected')
    return state
  }

  link(person: IdentifiedPerson): Promise<ConnectLink> {
    return this.connections.link(person)
  }

  disconnect(person: IdentifiedPerson): Promise<boolean> {
    return this.connections.disconnect(person)
  }
}
