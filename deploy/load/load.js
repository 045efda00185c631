// An ordinary busy day: up to RATE users' visits a second within a minute, for SECONDS, and down again.
import { handleSummary, limits, number, setup, work } from './raally.js'

const rate = number('RATE', 50)

export const options = limits({
  scenarios: {
    load: {
      executor: 'ramping-arrival-rate',
      startRate: 1,
      preAllocatedVUs: 50,
      maxVUs: 1000,
      stages: [
        { target: rate, duration: '60s' },
        { target: rate, duration: `${number('SECONDS', 300)}s` },
        { target: 1, duration: '10s' },
      ],
    },
  },
})

export { handleSummary, setup }
export default work
