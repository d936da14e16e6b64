/** The routes of vaults and of the credentials in them. */
import { z } from 'zod'
import { ApiError } from '../wire/api-error.js'
import { json, type Route } from '../wire/endpoints.js'
import type { Faults } from '../wire/faults.js'
import { flag, nothing, pageFields, queryFields, read } from '../wire/fields.js'
import { onePage, RESOURCE_PAGE } from '../wire/pages.js'
import type { Credential, DeletedCredential, DeletedVault, Vault } from '../wire/vendor-types.js'
import type { Vaults } from './vaults.js'

const listQuery = z.strictObject({ ...pageFields(RESOURCE_PAGE), include_archived: flag.default(false) })

export function vaultRoutes(vaults: Vaults, faults: Faults): Route[] {
  const vault = 'vault_id'
  const credential = 'credential_id'
  const one = `/v1/vaults/:${vault}`
  const credentials = `${one}/credentials`
  return [
    {
      endpoint: 'vaults.create',
      method: 'POST',
      path: '/v1/vaults',
      answer: (call) => json<Vault>(vaults.create(call.body)),
    },
    {
      endpoint: 'vaults.list',
      method: 'GET',
      path: '/v1/vaults',
      answer: (call) => {
        const query = read(listQuery, queryFields(call.query))
        const matching = vaults.all().filter((each) => query.include_archived || each.archived_at === null)
        return json(onePage<Vault>(matching, query, (each) => each.id))
      },
    },
    {
      endpoint: 'vaults.retrieve',
      method: 'GET',
      path: one,
      answer: (call) => json<Vault>(vaults.get(call.param(vault))),
    },
    {
      endpoint: 'vaults.update',
      method: 'POST',
      path: one,
      answer: (call) => json<Vault>(vaults.update(call.param(vault), call.body)),
    },
    {
      endpoint: 'vaults.delete',
      method: 'DELETE',
      path: one,
      answer: (call) => json<DeletedVault>(vaults.delete(call.param(vault))),
    },
    {
      endpoint: 'vaults.archive',
      method: 'POST',
      path: `${one}/archive`,
      answer: (call) => {
        read(nothing, call.body)
        return json<Vault>(vaults.archive(call.param(vault)))
      },
    },
    {
      endpoint: 'vaults.credentials.create',
      method: 'POST',
      path: credentials,
      answer: (call) => json<Credential>(vaults.addCredential(call.param(vault), call.body)),
    },
    {
      endpoint: 'vaults.credentials.list',
      method: 'GET',
      path: credentials,
      answer: (call) => {
        const query = read(listQuery, queryFields(call.query))
        const matching = vaults
          .credentials(call.param(vault))
          .map((kept): Credential => kept.credential)
          .filter((each) => query.include_archived || each.archived_at === null)
        return json(onePage<Credential>(matching, query, (each) => each.id))
      },
    },
    {
      endpoint: 'vaults.credentials.retrieve',
      method: 'GET',
      path: `${credentials}/:${credential}`,
      answer: (call) => json<Credential>(vaults.credential(call.param(vault), call.param(credential)).credential),
    },
    {
      endpoint: 'vaults.credentials.update',
      method: 'POST',
      path: `${credentials}/:${credential}`,
      answer: (call) => {
        if (faults.credentialUpdateNotAllowed) throw new ApiError(405, 'Method Not Allowed')
        return json<Credential>(vaults.updateCredential(call.param(vault), call.param(credential), call.body))
      },
    },
    {
      endpoint: 'vaults.credentials.delete',
      method: 'DELETE',
      path: `${credentials}/:${credential}`,
      answer: (call) => json<DeletedCredential>(vaults.deleteCredential(call.param(vault), call.param(credential))),
    },
    {
      endpoint: 'vaults.credentials.archive',
      method: 'POST',
      path: `${credentials}/:${credential}/archive`,
      answer: (call) => {
        read(nothing, call.body)
        return json<Credential>(vaults.archiveCredential(call.param(vault), call.param(credential)))
      },
    },
  ]
}
