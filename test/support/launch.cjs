/** Runs the bot's one file with what V8 made of it at an earlier start; the first start writes that when it ends. */

const { readFileSync, writeFileSync } = require('node:fs')
const Module = require('node:module')
const { Script } = require('node:vm')

/**
 * @param {string} file CommonJS, in ASCII only
 * @param {string} original where the file would be that it was made of: what it requires is looked for from there
 */
module.exports = (file, original) => {
  const cache = `${file}.cache`
  const known = read(cache)
  const script = new Script(Module.wrap(readFileSync(file, 'latin1')), { filename: file, cachedData: known })
  if (known === undefined) process.once('exit', () => writeFileSync(cache, script.createCachedData()))
  else if (script.cachedDataRejected) throw new Error(`${cache} is of another V8`)
  const module = new Module(file, null)
  script.runInThisContext()(module.exports, Module.createRequire(original), module, file, original)
}

function read(path) {
  try {
    return readFileSync(path)
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
    return undefined
  }
}
