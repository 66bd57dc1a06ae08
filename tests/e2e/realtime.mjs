// A ticket worked over HTTP and watched with supabase-js; prints what was received.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const settings = JSON.parse(readFileSync(0, 'utf8'))
const require = createRequire(settings.modules)
const { createClient } = require('@supabase/supabase-js')
const transport = require('ws')

const within = (promise, what) => {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} never came`)), 30_000)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

const signIn = async (name) => {
  const client = createClient(settings.url, settings.key, {
    auth: { autoRefreshToken: false, persistSession: false },
    db: { schema: 'api' },
    realtime: { transport },
  })
  const email = `${name}@example.com`
  const { data, error } = await client.auth.signInWithPassword({
    email,
    password: settings.password,
  })
  if (error) throw error
  await client.realtime.setAuth(data.session.access_token)
  const call = async (method, path, body) => {
    const answer = await fetch(`${settings.api}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${data.session.access_token}`,
        'content-type': 'application/json',
      },
      body: body && JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`)
    return answer.json()
  }
  return { client, call, id: data.user.id }
}

// Asks for the current name of a topic, as a person who should join it.
const name = async (person, of, ticket) => {
  const query = ticket ? `?ticket=${ticket}` : ''
  const { topics } = await person.call('GET', `/v1/topics${query}`)
  return topics.find(({ topic }) => topic.startsWith(of)).topic
}

// Joins a topic; `events` grows as they come, `received(n)` waits until there are n.
const join = async (person, topic) => {
  const events = []
  let wake = () => {}
  const channel = person.client.channel(topic, { config: { private: true } })
  channel.on('broadcast', { event: '*' }, ({ event, payload }) => {
    if (['NOTIFICATION_CREATED', 'QUEUE_STATUS_CHANGED'].includes(event)) return
    events.push(payload)
    wake()
  })
  const joined = new Promise((resolve) => channel.subscribe(resolve))
  const state = await within(joined, `the answer for ${topic}`)
  const received = async (count) => {
    while (events.length < count) {
      await within(new Promise((resolve) => (wake = resolve)), `event ${count} of ${topic}`)
    }
    return events
  }
  return { state, received }
}

const [customer, stranger, agent] = await Promise.all(
  ['customer', 'customer2', 'agent'].map(signIn),
)
const queues = await agent.call('GET', '/v1/queues')
const { id: queueId } = queues.items.find(({ key }) => key === 'support')
const queueName = await name(agent, `queue:${queueId}`)
const queue = await join(agent, queueName)
const userName = await name(customer, 'user:')
const user = await join(customer, userName)

const { id } = await customer.call('POST', '/v1/tickets', {
  subject: 'Seen live',
  body: 'From a browser.',
  queue: 'support',
})
await user.received(1) // the last topic to receive it
const ticketName = await name(customer, 'ticket:', id)
const internalName = await name(agent, 'ticket:', id)
const ticket = await join(customer, ticketName)
const internal = await join(agent, internalName)
const refused = await Promise.all([
  join(stranger, ticketName),
  join(stranger, userName),
  join(customer, queueName),
  join(customer, internalName),
  join(agent, `${ticketName}:0123456789abcdef`),
])

const path = `/v1/tickets/${id}`
await agent.call('PUT', `${path}/assignee`, { me: true })
await agent.call('POST', `${path}/comments`, { body: 'Psst.', visibility: 'internal' })
await agent.call('POST', `${path}/comments`, { body: 'On it.' })

const received = {
  queue: await queue.received(5),
  user: await user.received(4),
  ticket: await ticket.received(3),
  internal: await internal.received(4),
}
const read = await agent.client.rpc('get_ticket', { ticket: id })
const table = await agent.client.from('tickets').select('*', { count: 'planned' })
console.log(JSON.stringify({
  received,
  refused: refused.map(({ state }) => state),
  subject: read.data.subject,
  table: [table.status, table.count],
}))
process.exit(0)
