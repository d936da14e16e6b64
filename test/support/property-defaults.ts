/** Runs before each file of unit tests: properties that name no number are tried a hundred times, as fast-check does by itself. */

import fc from 'fast-check'
import { propertyRuns } from './property-runs.js'

fc.configureGlobal({ ...fc.readConfigureGlobal(), numRuns: propertyRuns(100) })
