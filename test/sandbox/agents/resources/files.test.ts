import { FileNotDownloadableError } from '@anthropic-ai/sdk/resources/files'
import { expect, test } from 'vitest'
import { invalid, missing, newSession, refusal, start } from '../fixture.js'

const letter = () => new File(['Dear Anna'], 'letter.txt', { type: 'text/plain' })

test('a file is uploaded, listed, mounted and deleted, but not handed back', async () => {
  const bench = await start()
  const { beta } = bench
  const file = await beta.files.upload({ file: letter() })
  expect(file).toMatchObject({
    id: expect.stringMatching(/^file_01/),
    type: 'file',
    filename: 'letter.txt',
    mime_type: 'text/plain',
    size_bytes: 9,
  })
  expect(await beta.files.retrieveMetadata(file.id)).toEqual(file)
  expect((await beta.files.list({ ids: [file.id, 'file_x'] })).data).toEqual([file])
  await expect(beta.files.download(file.id)).rejects.toThrow(FileNotDownloadableError)

  const session = await newSession(bench, {
    session: { resources: [{ type: 'file', file_id: file.id, mount_path: '/mnt/letter.txt' }] },
  })
  const [mounted] = session.resources
  expect(mounted).toMatchObject({ type: 'file', file_id: file.id, mount_path: '/mnt/letter.txt' })
  const added = await beta.sessions.resources.add(session.id, { type: 'file', file_id: file.id })
  expect(added.mount_path).toBe(`/mnt/session/uploads/${file.id}`)
  expect((await beta.sessions.resources.list(session.id)).data).toEqual([mounted, added])
  expect(await beta.sessions.resources.retrieve(added.id, { session_id: session.id })).toEqual(added)
  await beta.sessions.resources.delete(added.id, { session_id: session.id })
  expect((await beta.sessions.retrieve(session.id)).resources).toEqual([mounted])
  expect(await refusal(beta.sessions.resources.add(session.id, { type: 'file', file_id: 'file_x' }))).toMatchObject(
    missing(/File/),
  )

  expect(await beta.files.delete(file.id)).toEqual({ id: file.id, type: 'file_deleted' })
  expect(await refusal(beta.files.retrieveMetadata(file.id))).toMatchObject(missing(/File/))
})

test('what a session wrote is found by its scope and can be downloaded', async () => {
  const bench = await start()
  const session = await newSession(bench)
  await bench.beta.files.upload({ file: letter() })
  const bytes = new TextEncoder().encode('a,b\n1,2\n')
  const { id } = bench.sandbox.driver.writeFile(session.id, { filename: 'table.csv', mimeType: 'text/csv', bytes })
  const listed = await bench.beta.files.list({ scope_id: session.id })
  expect(listed.data).toMatchObject([{ id, scope: { id: session.id, type: 'session' }, downloadable: true }])
  expect(await (await bench.beta.files.download(id)).text()).toBe('a,b\n1,2\n')
})

test('an upload may expire', async () => {
  let now = Date.UTC(2026, 0, 1)
  const { beta } = await start(undefined, { now: () => now })
  const file = await beta.files.upload({ file: letter(), expires_in_seconds: 3600 })
  now += 3_600_000
  expect(await refusal(beta.files.retrieveMetadata(file.id))).toMatchObject(missing(/File/))
  expect(await refusal(beta.files.upload({ file: letter(), expires_in_seconds: 60 }))).toMatchObject(invalid(/3600/))
  expect(await refusal(beta.files.list({ ids: ['file_x'], limit: 5 }))).toMatchObject(invalid(/mutually exclusive/))
})
