// Two of a queue follow its topics with supabase-js, by the example of the README, handed over as
// text; one of them is removed from the queue meanwhile. Prints what each heard of a ticket.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const settings = JSON.parse(readFileSync(0, 'utf8'))
const require = createRequire(settings.modules)
const { createClient } = require('@supabase/supabase-js')
const transport = require('ws')
const follow = new Function(`${settings.example}\nreturn follow`)()

const eventually = async (condition, what) => {
  const deadline = Date.now() + 60_000
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
  const call = async (method, path, body) => {
    const answer = await fetch(`${settings.api}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    })
    if (answer.status === 404) return null
    if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`)
    return answer.status === 204 ? null : answer.json()
  }
  return { client, call, id: data.user.id }
}

const [customer, agent, lead] = await Promise.all(['customer', 'agent', 'lead'].map(signIn))
const { id } = await customer.call('POST', '/v1/tickets', {
  subject: 'Followed live',
  body: 'From a browser.',
  queue: 'support',
})

// Follows all that a person may; `topics` are the last names, `heard` the events by id.
const watch = async (person) => {
  const seen = { heard: new Map(), topics: [], asked: 0 }
  const ask = async () => {
    const always = await person.call('GET', '/v1/topics')
    const ticket = await person.call('GET', `/v1/topics?ticket=${id}`)
    seen.topics = (ticket?.topics ?? []).filter(({ kind }) => kind === 'ticket')
    const all = [...always.topics, ...(ticket?.topics ?? [])]
    seen.asked += 1
    return all.filter(({ topic }, at) => all.findIndex((each) => each.topic === topic) === at)
  }
  const catchUp = async () => {
    const events = await person.call('GET', `/v1/tickets/${id}/events`)
    for (const event of events?.items ?? []) seen.heard.set(event.id, event.type)
  }
  await follow(person.client, ask, catchUp, (event, payload) => {
    if (payload.ticket_id === id && 'seq' in payload) seen.heard.set(payload.id, event)
  })
  return seen
}

const [first, second] = [await watch(agent), await watch(lead)]
const former = second.topics.map(({ topic }) => topic)
const member = `/v1/queues/support/members/${agent.id}`
await lead.call('DELETE', member)
try {
  const again = () => first.asked > 1 && second.asked > 1
  await eventually(again, 'asking for the new names')
  const count = second.heard.size
  for (const body of ['Hello?', 'Anybody?']) {
    await customer.call('POST', `/v1/tickets/${id}/comments`, { body })
  }
  await eventually(() => second.heard.size === count + 2, 'the comments')
} finally {
  await lead.call('PUT', member)
}
console.log(JSON.stringify({
  heard: { agent: [...first.heard.values()], lead: [...second.heard.values()] },
  former,
  current: second.topics.map(({ topic }) => topic),
  left: first.topics,
}))
process.exit(0)
