// Works one ticket with openapi-fetch and the types that openapi-typescript made. It is
// type-checked before it runs, so a schema that says too little or too much fails, too.
import createClient, { type Middleware } from 'openapi-fetch'
import type { components, paths } from './api'

type Problem = components['schemas']['Problem']
type Answer<Data> = { data?: Data; error?: Problem; response: Response }

declare const process: { env: { SETTINGS: string } }
const settings: { api: string; customer: string; agent: string } = JSON.parse(
  process.env.SETTINGS,
)
const signedIn = (token: string) => {
  const client = createClient<paths>({ baseUrl: settings.api })
  const bearer: Middleware = {
    onRequest: ({ request }) => request.headers.set('authorization', `Bearer ${token}`),
  }
  client.use(bearer)
  return client
}
const got = <Data>({ data, error, response }: Answer<Data>): Data => {
  if (data === undefined) throw new Error(`${response.status} ${error?.type}`)
  return data
}

const customer = signedIn(settings.customer)
const agent = signedIn(settings.agent)

const opened = got(
  await customer.POST('/v1/tickets', {
    params: { header: { 'Idempotency-Key': crypto.randomUUID() } },
    body: { subject: 'The bell is mute', body: 'It was loud.', queue: 'support' },
  }),
)
const path = { ticket: opened.id }
const queue = got(
  await agent.GET('/v1/queues/{queue}/tickets', {
    params: { path: { queue: 'support' }, query: { priority: ['normal'], sort: 'newest' } },
  }),
)
const taken = got(
  await agent.PUT('/v1/tickets/{ticket}/assignee', { params: { path }, body: { me: true } }),
)
const reply = got(
  await agent.POST('/v1/tickets/{ticket}/comments', {
    params: { path },
    body: { body: 'Oil it.', visibility: 'public' },
  }),
)
const stale = await agent.PATCH('/v1/tickets/{ticket}/status', {
  params: { path, header: { 'If-Match': '"1"' } },
  body: { status: 'solved' },
})
const solved = got(
  await agent.PATCH('/v1/tickets/{ticket}/status', {
    params: { path },
    body: { status: 'solved' },
  }),
)
const screen = got(
  await customer.GET('/v1/tickets/{ticket}', {
    params: { path, query: { include: ['comments', 'events'] } },
  }),
)
const failed: components['schemas']['ProblemType'] | undefined = stale.error?.type
const category: components['schemas']['StatusCategory'] = solved.status_category

console.log(
  JSON.stringify({
    number: opened.number,
    listed: queue.items.some((ticket) => ticket.id === opened.id),
    assignee: taken.assignee_id,
    by_staff: reply.by_staff,
    stale: failed,
    category,
    comments: screen.comments?.items.map((comment) => comment.body),
    events: screen.events?.items.map((event) => event.type),
  }),
)
