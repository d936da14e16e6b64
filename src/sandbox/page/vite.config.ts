import { defineConfig } from 'vite'

export default defineConfig({
  // Relative addresses: the page works wherever the sandbox serves it from.
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../../../dist/sandbox/page',
    emptyOutDir: true,
    target: 'es2022',
    // Every icon is drawn in code; nothing else is worth a data: URL under the page's content policy.
    assetsInlineLimit: 0,
  },
})
