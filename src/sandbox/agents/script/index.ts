/** The script that plays Claude's part in the sandbox. */
export { type ScriptOptions, scriptBrain } from './script-brain.js'
