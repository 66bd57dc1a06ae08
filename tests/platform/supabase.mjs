// supabase-js against the local platform; prints what happened as one line of JSON.
import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'

const { modules, url, publishable, secret, mail, story } = JSON.parse(readFileSync(0, 'utf8'))
const require = createRequire(modules)
const { createClient } = require('@supabase/supabase-js')
const transport = require('ws')
const options = {
  auth: { autoRefreshToken: false, persistSession: false },
  realtime: { transport },
}
const patience = 30_000

const make = (key) => createClient(url, key, options)

const within = (promise, what) => {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} never came`)), patience)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

const joined = (channel) =>
  within(
    new Promise((resolve) => {
      channel.subscribe((status, error) => resolve([status, error?.message ?? '']))
    }),
    'the answer to a join',
  )

const received = (channel, event) => {
  const first = new Promise((resolve) => {
    channel.on('broadcast', { event }, resolve)
  })
  return () => within(first, `the broadcast ${event}`)
}

const signUp = async () => {
  const person = make(publishable)
  const email = `${crypto.randomUUID()}@example.com`
  const { data, error } = await person.auth.signUp({ email, password: 'a long password' })
  if (error) throw error
  await person.realtime.setAuth(data.session.access_token)
  return { person, user: data.user, session: data.session }
}

const auth = async () => {
  const { person, user, session } = await signUp()
  const claims = await person.auth.getClaims(session.access_token)
  const refreshed = await person.auth.refreshSession()
  const wrong = await make(publishable).auth.signInWithPassword({
    email: user.email,
    password: 'not the password',
  })
  const users = await make(secret).auth.admin.listUsers({ page: 1, perPage: 1 })
  const left = await person.auth.signOut()
  return {
    claims: claims.data?.claims.sub === user.id,
    rotated: refreshed.data.session.refresh_token !== session.refresh_token,
    wrong: wrong.error.code,
    users: users.data.users.length,
    left: left.error,
  }
}

const rest = async () => {
  const { person, user } = await signUp()
  const note = { owner_id: user.id, body: 'hello' }
  const added = await person.from('notes').insert(note).select().single()
  const closed = await make(publishable).from('unexposed').select()
  const counted = await person.from('notes').select('*', { count: 'exact', head: true })
  return { body: added.data.body, closed: closed.error.code, count: counted.count }
}

const realtime = async () => {
  const { person, user } = await signUp()
  const worker = make(secret)
  const topic = `user:${user.id}`
  const own = person.channel(topic, { config: { private: true, broadcast: { self: true, ack: true } } })
  const fromDatabase = received(own, 'note_added')
  const fromSelf = received(own, 'spoken')
  const own_join = await joined(own)
  await worker.rpc('announce', { topic, body: { number: 7 } })
  const message = await fromDatabase()
  const acknowledged = await own.send({ type: 'broadcast', event: 'spoken', payload: { a: 1 } })
  const spoken = await fromSelf()
  const others = person.channel('user:somebody-else', { config: { private: true } })
  const refused = await joined(others)
  await person.removeAllChannels()
  return {
    own_join: own_join[0],
    number: message.payload.number,
    meta: message.meta.id === message.payload.id,
    acknowledged,
    spoken: spoken.payload,
    refused,
  }
}

const http = async () => {
  const { person, user } = await signUp()
  const topic = `user:${user.id}`
  const listener = person.channel(topic, { config: { private: true } })
  const one = received(listener, 'one')
  await joined(listener)
  const config = { config: { private: true } }
  const sender = make(publishable)
  await sender.realtime.setAuth((await person.auth.getSession()).data.session.access_token)
  const sent = await sender.channel(topic, config).httpSend('one', { n: 1 })
  const got = await one()
  await person.removeAllChannels()
  return { sent: sent.success, got: got.payload }
}

const emailTo = (address) => {
  const emails = readdirSync(mail).sort().map((name) => readFileSync(`${mail}/${name}`, 'utf8'))
  const email = emails.filter((text) => text.includes(`To: ${address}\n`)).pop()
  const link = new URL(email.match(/^http.*$/m)[0])
  return { link, hash: link.searchParams.get('token'), code: email.match(/Code: (\d+)/)[1] }
}

const outcome = ({ data, error }) => error?.code ?? data.session?.user.email

const reset = async () => {
  const { user } = await signUp()
  const person = make(publishable)
  const events = []
  person.auth.onAuthStateChange((event) => events.push(event))
  const sent = await person.auth.resetPasswordForEmail(user.email, { redirectTo: 'http://localhost:3000/new' })
  const { hash, link } = emailTo(user.email)
  const verified = await person.auth.verifyOtp({ token_hash: hash, type: 'recovery' })
  const changed = await person.auth.updateUser({ password: 'quite another one' })
  const again = await make(publishable).auth.verifyOtp({ token_hash: hash, type: 'recovery' })
  const credentials = { email: user.email, password: 'quite another one' }
  const entered = await make(publishable).auth.signInWithPassword(credentials)
  return {
    sent: sent.error,
    target: link.searchParams.get('redirect_to'),
    verified: outcome(verified) === user.email,
    recovery: events.includes('PASSWORD_RECOVERY'),
    changed: changed.error,
    again: outcome(again),
    entered: outcome(entered) === user.email,
  }
}

const magic = async () => {
  const email = `${crypto.randomUUID()}@example.com`
  const person = make(publishable)
  const sent = await person.auth.signInWithOtp({ email, options: { data: { name: 'Ada' } } })
  const first = emailTo(email)
  const wrong = await person.auth.verifyOtp({ email, token: '1', type: 'email' })
  const typed = await person.auth.verifyOtp({ email, token: first.code, type: 'email' })
  await person.auth.signInWithOtp({ email })
  const followed = await fetch(emailTo(email).link, { redirect: 'manual' })
  const target = new URL(followed.headers.get('location'))
  const session = Object.fromEntries(new URLSearchParams(target.hash.slice(1)))
  const set = await make(publishable).auth.setSession(session)
  const stranger = `${crypto.randomUUID()}@example.com`
  const closed = await person.auth.signInWithOtp({ email: stranger, options: { shouldCreateUser: false } })
  return {
    sent: sent.error,
    wrong: outcome(wrong),
    typed: outcome(typed) === email,
    name: typed.data.user.user_metadata.name,
    target: target.origin,
    type: session.type,
    set: outcome(set) === email,
    closed: outcome(closed),
  }
}

const stories = { auth, rest, realtime, http, reset, magic }
console.log(JSON.stringify(await stories[story]()))
process.exit(0)
