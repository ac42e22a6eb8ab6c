// oidc-provider as the workplace's own provider: a form with name and password, no consent, keys that can change.
//   node oidc_provider.mjs config.json
// config: { modules, address, port, control, issuer, key, certificate, clients, people: { name: { password, claims } } }
// On the control port: POST /rotate takes a new signing key and publishes it alone (?keep=1: beside the old ones).
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const config = JSON.parse(readFileSync(process.argv[2]))
const { Provider } = await import(pathToFileURL(join(config.modules, 'oidc-provider/lib/index.js')))

function freshKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: randomUUID() }
}

// Sessions and codes outlive a change of keys; the provider's own store in memory begins anew with each provider.
const kept = new Map()
class Shared {
  constructor(model) { this.model = model }

  key(id) { return `${this.model} ${id}` }

  async upsert(id, payload) { kept.set(this.key(id), payload) }

  async find(id) { return kept.get(this.key(id)) }

  async findByUid(uid) {
    return [...kept].find(([key, one]) => key.startsWith(`${this.model} `) && one.uid === uid)?.[1]
  }

  async consume(id) { kept.get(this.key(id)).consumed = Math.floor(Date.now() / 1000) }

  async destroy(id) { kept.delete(this.key(id)) }

  async revokeByGrantId(grantId) {
    for (const [key, one] of kept) if (one.grantId === grantId) kept.delete(key)
  }
}

function provide(keys) {
  const provider = new Provider(config.issuer, {
    adapter: Shared,
    clients: config.clients,
    jwks: { keys },
    cookies: { keys: ['a key for the cookies of the lab'] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    scopes: ['openid', 'profile', 'email'],
    claims: {
      openid: ['sub', 'employee_number', 'groups'],
      profile: ['name', 'preferred_username'],
      email: ['email', 'email_verified'],
    },
    acrValues: ['urn:lab:password'],
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      claimsParameter: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => {
          ctx.body = `${form}<button type=submit form="op.logoutForm" name=logout value=yes>Sign out</button>`
        },
      },
    },
    findAccount: (ctx, sub) => config.people[sub] && {
      accountId: sub, claims: () => ({ sub, ...config.people[sub].claims }),
    },
    interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
    async loadExistingGrant(ctx) {
      const { client, session } = ctx.oidc
      const grant = new ctx.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId })
      grant.addOIDCScope('openid profile email')
      grant.addOIDCClaims(['auth_time'])
      await grant.save()
      return grant
    },
    // Its own caller refuses loopback addresses, where the lab lives.
    fetch: (url, { dispatcher, ...options }) => globalThis.fetch(url, options),
    renderError: (ctx, out, error) => {
      console.error(ctx.path, out.error, error?.stack ?? '')
      ctx.type = 'text'
      ctx.body = `error: ${out.error} ${out.error_description ?? ''}`
    },
  })
  provider.on('backchannel.error', (ctx, error) => console.error('back-channel', error.message, error.cause ?? ''))
  return provider
}

let keys = [freshKey()]
let provider = provide(keys)
let answer = provider.callback()

const form = (uid) => `<!doctype html><title>Sign in</title><form method=post action="/interaction/${uid}">
<input type=text name=login><input type=password name=password><button>Sign in</button></form>`

async function read(request) {
  let text = ''
  for await (const part of request) text += part
  return new URLSearchParams(text)
}

async function interact(request, response) {
  const { uid } = await provider.interactionDetails(request, response)
  response.setHeader('content-type', 'text/html')
  if (request.method === 'GET') return response.end(form(uid))
  const given = await read(request)
  const person = config.people[given.get('login')]
  if (person?.password !== given.get('password')) return response.end(form(uid))
  const login = { accountId: given.get('login'), acr: 'urn:lab:password', amr: ['pwd'] }
  return provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false })
}

const tls = { key: readFileSync(config.key), cert: readFileSync(config.certificate) }
https.createServer(tls, async (request, response) => {
  try {
    await (request.url.startsWith('/interaction/') ? interact(request, response) : answer(request, response))
  } catch (error) {
    console.error(error.stack)
    response.statusCode = 400
    response.end(String(error.message))
  }
}).listen(config.port, config.address)

http.createServer((request, response) => {
  const fresh = freshKey()
  keys = request.url.includes('keep=1') ? [fresh, ...keys] : [fresh]
  provider = provide(keys)
  answer = provider.callback()
  response.end(fresh.kid)
}).listen(config.control, config.address)
