// Does it work at all, and at once? A few users for a few seconds (SECONDS, RATE).
import { handleSummary, limits, number, setup, work } from './raally.js'

export const options = limits({
  scenarios: {
    smoke: {
      executor: 'constant-arrival-rate',
      rate: number('RATE', 5),
      duration: `${number('SECONDS', 10)}s`,
      preAllocatedVUs: 10,
      maxVUs: 100,
    },
  },
})

export { handleSummary, setup }
export default work
