// What all loads share: users who sign in, look at their plan and book, the limits that they hold Raally to, and what
// the pipeline's report says. Where and as whom comes from the environment; scripts/load.sh sets it.
import { check, fail } from 'k6'
import exec from 'k6/execution'
import http from 'k6/http'

const base = __ENV.LOAD_URL
const api = `${base}/api/v1/workspaces/${__ENV.LOAD_WORKSPACE}`
const json = { 'Content-Type': 'application/json' }
/** Half of the life of an access token. */
const SESSION_MS_MAX = 5 * 60 * 1000

/** A number of the environment. */
export function number(name, usual) {
  const value = Number(__ENV[name] || usual)
  if (!(value > 0)) throw new Error(`${name} is no number above 0`)
  return value
}

/** Options with the limits: p95 below 100 ms, fewer than 0.1 % errors, and something was asked at all. */
export function limits(options) {
  const p95 = number('P95_MS_MAX', 100)
  const errors = number('ERRORS_MAX', 0.001)
  return {
    thresholds: {
      'http_req_duration{part:plan}': [`p(95)<${p95}`],
      'http_req_failed': [`rate<${errors}`],
      'checks': [`rate>${1 - errors}`],
      'iterations': ['count>10'],
    },
    summaryTrendStats: ['med', 'p(95)', 'p(99)', 'max'],
    ...options,
  }
}

let session = null

function signedIn() {
  if (session && Date.now() - session.began < SESSION_MS_MAX) return session.headers
  const body = JSON.stringify({ email: __ENV.LOAD_EMAIL, password: __ENV.LOAD_PASSWORD })
  const answer = http.post(`${base}/api/v1/auth/sign-in`, body, { headers: json, tags: { name: 'sign in', part: 'sign-in' } })
  if (!check(answer, { 'signed in': (it) => it.status === 200 })) fail(`sign in: ${answer.status}`)
  session = { began: Date.now(), headers: { ...json, Authorization: `Bearer ${answer.json('accessToken')}` } }
  return session.headers
}

function ask(name, method, path, body, more = {}) {
  const params = { headers: { ...signedIn(), ...more }, tags: { name, part: 'plan' } }
  const answer = http.request(method, api + path, body && JSON.stringify(body), params)
  check(answer, { [name]: (it) => it.status >= 200 && it.status < 300 })
  return answer
}

const day = (from) => new Date(Date.now() + from * 86_400_000).toISOString().slice(0, 10)

/** Who and what can be booked. Called once, before the load. */
export function setup() {
  const one = (path) => ask(path, 'GET', `/${path}?limit=50`).json('items').map((item) => item.id)
  return { people: one('people'), projects: one('projects') }
}

/** A user at work: looks at the plan, and every fourth time books somebody, moves the booking and takes it back. */
export function work({ people, projects }) {
  const range = `from=${day(0)}&to=${day(28)}`
  ask('schedule', 'GET', `/schedule?${range}`)
  ask('dashboard', 'GET', `/dashboard?${range}`)
  ask('assignments', 'GET', '/assignments?limit=50')
  const turn = exec.scenario.iterationInTest
  if (turn % 4 !== 0) return
  const booking = {
    personId: people[turn % people.length],
    projectId: projects[turn % projects.length],
    startsOn: day(30 + (turn % 300)),
    endsOn: day(32 + (turn % 300)),
    effort: { form: 'hours-per-day', minutesPerDay: 60 },
    commitment: 'tentative',
    note: 'made by a load test',
  }
  const made = ask('book', 'POST', '/assignments?onClash=allow', booking)
  if (made.status !== 201) return
  const id = made.json('id')
  const version = (answer) => ({ 'If-Match': `"${answer.json('version')}"` })
  const moved = ask('move', 'POST', `/assignments/${id}/move?onClash=allow`, { days: 7 }, version(made))
  ask('remove', 'DELETE', `/assignments/${id}`, null, version(moved.status === 200 ? moved : made))
}

/** What is said at the end: to whoever looks, and to the pipeline's report. */
export function handleSummary(data) {
  const values = (name) => (data.metrics[name] || { values: {} }).values
  const ms = (value) => (value === undefined ? '–' : `${value.toFixed(1)} ms`)
  const plan = values('http_req_duration{part:plan}')
  const lines = [
    `${values('http_reqs').count || 0} requests, ${(values('http_reqs').rate || 0).toFixed(1)} a second`,
    `median ${ms(plan.med)}, p95 ${ms(plan['p(95)'])}, p99 ${ms(plan['p(99)'])}, most ${ms(plan.max)}`,
    `${((values('http_req_failed').rate || 0) * 100).toFixed(3)} % failed`,
  ]
  for (const [name, metric] of Object.entries(data.metrics)) {
    for (const [limit, { ok }] of Object.entries(metric.thresholds || {})) {
      lines.push(`${ok ? 'holds' : 'BROKEN'}  ${name} ${limit}`)
    }
  }
  const text = lines.join('\n') + '\n'
  const files = { stdout: text }
  if (__ENV.STAGE_SUMMARY) files[__ENV.STAGE_SUMMARY] = text
  if (__ENV.LOAD_JSON) files[__ENV.LOAD_JSON] = JSON.stringify(data, null, 2)
  return files
}
