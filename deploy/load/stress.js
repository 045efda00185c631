// Where does it end? More visits a second from minute to minute up to RATE; it ends early where a limit breaks.
import { handleSummary, limits, number, setup, work } from './raally.js'

const rate = number('RATE', 400)
const usual = limits({})
const early = (all) => all.map((threshold) => ({ threshold, abortOnFail: true, delayAbortEval: '30s' }))

export const options = {
  ...usual,
  thresholds: Object.fromEntries(
    Object.entries(usual.thresholds).map(([name, all]) => [name, name === 'iterations' ? all : early(all)]),
  ),
  scenarios: {
    stress: {
      executor: 'ramping-arrival-rate',
      startRate: rate / 8,
      preAllocatedVUs: 100,
      maxVUs: 4000,
      stages: [1, 2, 3, 4, 5, 6, 7, 8].map((part) => ({ target: (rate * part) / 8, duration: '60s' })),
    },
  },
}

export { handleSummary, setup }
export default work
