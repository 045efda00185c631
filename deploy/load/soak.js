// Does it stay so? Steady visits for SECONDS (two hours): leaks, files that grow, sessions that end.
import { handleSummary, limits, number, setup, work } from './raally.js'

export const options = limits({
  scenarios: {
    soak: {
      executor: 'constant-arrival-rate',
      rate: number('RATE', 20),
      duration: `${number('SECONDS', 7200)}s`,
      preAllocatedVUs: 20,
      maxVUs: 500,
    },
  },
})

export { handleSummary, setup }
export default work
