// oidc-provider with its in-memory store. Everybody is signed in at once and has consented: what is measured is
// the code flow with a session, as the bridge does it.   node server.mjs PORT KEY.pem
import crypto from 'node:crypto'
import fs from 'node:fs'
import http from 'node:http'
import Provider from 'oidc-provider'

const [port, keyFile] = [Number(process.argv[2]), process.argv[3]]
const signingKey = crypto.createPrivateKey(fs.readFileSync(keyFile)).export({ format: 'jwk' })
const groups = Array.from({ length: 12 }, (_, number) => `group-${number}`)

const provider = new Provider(`http://127.0.0.1:${port}`, {
  jwks: { keys: [{ ...signingKey, use: 'sig', alg: 'RS256', kid: 'bench' }] },
  cookies: { keys: ['a key for the cookies of the benchmark'] },
  features: { devInteractions: { enabled: false } },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  claims: { openid: ['sub'], email: ['email'], profile: ['name', 'preferred_username', 'groups'] },
  clients: [{
    client_id: 'bench',
    client_secret: 'a-secret-for-the-benchmark',
    redirect_uris: ['http://127.0.0.1/callback'],
    grant_types: ['authorization_code'],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_basic',
  }],
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: `${id}@corp.example`, name: `Person ${id}`, preferred_username: id, groups }),
  }),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  async loadExistingGrant(context) {
    const { client, session } = context.oidc
    const grant = new context.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId })
    grant.addOIDCScope('openid email profile')
    await grant.save()
    return grant
  },
})

const answer = provider.callback()
http.createServer(async (request, response) => {
  if (!request.url.startsWith('/interaction/')) return answer(request, response)
  const login = { accountId: 'p00001' }
  await provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false })
}).listen(port, '127.0.0.1')
