// Loaded into the unchanged bot by NODE_OPTIONS=--import: tells whoever connects to BENCH_PROBE how the process does. Asked at
// `rest` it collects garbage first, and counts anew afterwards. Plain JavaScript, so that nothing has to be compiled in the process that is measured.
import { createServer } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const path = process.env.BENCH_PROBE
if (path !== undefined) {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc')
  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.once('data', (word) => {
      const isRest = word.toString() === 'rest'
      if (isRest) collectGarbage()
      const { user, system } = process.cpuUsage()
      const { rss, heapUsed } = process.memoryUsage()
      const connections = process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length
      // The resolution is part of what the histogram counts.
      const milliseconds = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - 10)
      const report = {
        cpuMs: (user + system) / 1_000,
        rss,
        heapUsed,
        connections,
        delayP50Ms: milliseconds(delay.percentile(50)),
        delayP99Ms: milliseconds(delay.percentile(99)),
        delayMaxMs: milliseconds(delay.max),
      }
      if (isRest) delay.reset()
      socket.end(JSON.stringify(report))
    })
  })
    .listen(path)
    .unref()
}
