import { describe, expect, it } from 'vitest'
import { type Admission, admit } from '../../src/turns/admission.js'

const TEAM = 'T_HOME'
const ANNA = 'U_ANNA'
const BEN = 'U_BEN'
const annas = { ownerUser: ANNA, ownerTeam: TEAM, othersSpoke: false }
const annasWithOthers = { ownerUser: ANNA, ownerTeam: TEAM, othersSpoke: true }

describe('who is listened to', () => {
  it.each<[string, Parameters<typeof admit>, Admission]>([
    [
      'a direct message starts a conversation',
      [{ user: ANNA, userTeam: TEAM, kind: 'im', addressed: true }, null],
      'starts',
    ],
    [
      'a mention in a channel starts one',
      [{ user: ANNA, userTeam: TEAM, kind: 'shared', addressed: true }, null],
      'starts',
    ],
    ['talk in a channel does not', [{ user: ANNA, userTeam: TEAM, kind: 'shared', addressed: false }, null], 'ignored'],
    [
      'its owner goes on in a direct message',
      [{ user: ANNA, userTeam: TEAM, kind: 'im', addressed: true }, annas],
      'continues',
    ],
    [
      'its owner needs no mention in the thread',
      [{ user: ANNA, userTeam: TEAM, kind: 'shared', addressed: false }, annas],
      'continues',
    ],
    [
      'its owner may mention the bot all the same',
      [{ user: ANNA, userTeam: TEAM, kind: 'shared', addressed: true }, annas],
      'continues',
    ],
    [
      'once others spoke, only a mention is certainly meant for the bot',
      [{ user: ANNA, userTeam: TEAM, kind: 'shared', addressed: false }, annasWithOthers],
      'owner_among_others',
    ],
    [
      'and with a mention its owner goes on',
      [{ user: ANNA, userTeam: TEAM, kind: 'shared', addressed: true }, annasWithOthers],
      'continues',
    ],
    [
      'in a direct message nobody else can have spoken',
      [{ user: ANNA, userTeam: TEAM, kind: 'im', addressed: true }, annasWithOthers],
      'continues',
    ],
    [
      'somebody else only talks there',
      [{ user: BEN, userTeam: TEAM, kind: 'shared', addressed: false }, annas],
      'bystander',
    ],
    [
      'somebody else speaks to the bot there',
      [{ user: BEN, userTeam: TEAM, kind: 'shared', addressed: true }, annas],
      'bystander_addressed',
    ],
    [
      'and does so again',
      [{ user: BEN, userTeam: TEAM, kind: 'shared', addressed: true }, annasWithOthers],
      'bystander_addressed',
    ],
    [
      'the same user id of another workspace is somebody else',
      [{ user: ANNA, userTeam: 'T_OTHER', kind: 'shared', addressed: true }, annas],
      'bystander_addressed',
    ],
  ])('%s', (_, question, answer) => {
    expect(admit(...question)).toBe(answer)
  })
})
