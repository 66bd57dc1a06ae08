// Two agents and a customer at one ticket, with supabase-js; prints who saw what. What the
// agents run is the example of the README, handed over as text.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const settings = JSON.parse(readFileSync(0, 'utf8'))
const require = createRequire(settings.modules)
const { createClient } = require('@supabase/supabase-js')
const transport = require('ws')
const { inside, outside: shared } = settings

const eventually = async (condition, what) => {
  const deadline = Date.now() + 30_000
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`${what} never came about`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

const signIn = async (name) => {
  const client = createClient(settings.url, settings.key, {
    auth: { autoRefreshToken: false, persistSession: false },
    db: { schema: 'api' },
    realtime: { transport },
  })
  const { data, error } = await client.auth.signInWithPassword({
    email: `${name}@example.com`,
    password: settings.password,
  })
  if (error) throw error
  const token = data.session.access_token
  await client.realtime.setAuth(token)
  const call = async (method, body) => {
    const answer = await fetch(`${settings.api}/v1/tickets/${settings.ticket}/lease`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    })
    return answer.status
  }
  return { client, call, id: data.user.id }
}

const example = new Function(
  'supabase', 'topic', 'me', 'show', 'answering',
  `${settings.example}\nreturn { channel, am }`,
)

// Runs the example as a person; `seen` is what it shows at last, `leases` what was broadcast.
const watch = (person) => {
  const leases = []
  const shown = { seen: {} }
  const { channel, am } = example(
    person.client, inside, person.id,
    (who, doing) => (shown.seen[who] = doing),
    (lease) => leases.push(lease.person_id),
  )
  return { channel, am, shown, leases }
}

const join = async (person, topic, presence) => {
  const channel = person.client.channel(topic, {
    config: { private: true, presence: { key: person.id } },
  })
  const received = []
  channel.on('broadcast', { event: '*' }, ({ event }) => received.push(event))
  if (presence) channel.on('presence', { event: 'sync' }, () => {})
  let state = null
  channel.subscribe((status) => (state ??= status))
  await eventually(() => state, `an answer for ${topic}`)
  return { channel, state, received }
}

const [agent, lead, customer] = await Promise.all(
  ['agent', 'lead', 'customer'].map(signIn),
)
const first = watch(agent)
await eventually(() => first.shown.seen[agent.id], 'the agent')
const second = watch(lead)
await eventually(() => second.shown.seen[lead.id] && second.shown.seen[agent.id], 'both')
await first.am('typing')
await eventually(() => second.shown.seen[agent.id] === 'typing', 'typing')
const seen = { ...second.shown.seen }

const held = await agent.call('PUT', {})
const refused = await lead.call('PUT', {})
await eventually(() => second.leases.length === 1, 'the lease')
const taken = await lead.call('PUT', { take_over: true })
await eventually(() => first.leases.length === 2, 'the take-over')

// A customer sees nobody, is seen by nobody, and says nothing to anybody.
const intruder = await join(customer, inside, true)
const outside = await join(customer, shared, true)
const beside = await join(agent, shared, true)
const tracked = await outside.channel.track({ person_id: agent.id, doing: 'typing' })
await outside.channel.send({ type: 'broadcast', event: 'TICKET_CREATED', payload: {} })
await first.channel.send({ type: 'broadcast', event: 'REPLY_LEASE_CHANGED', payload: {} })
await first.channel.unsubscribe()
await eventually(() => !(agent.id in second.channel.presenceState()), 'the leaving')

console.log(JSON.stringify({
  seen,
  statuses: [held, refused, taken],
  leases: second.leases,
  inside: intruder.state,
  outside: [outside.state, tracked],
  beside: [beside.received, Object.keys(beside.channel.presenceState())],
  left: Object.keys(second.channel.presenceState()),
}))
process.exit(0)
