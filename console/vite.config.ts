/** How the console is built. Vite's own server is not used: the console is only ever seen behind the real front door. */
import { readFileSync } from 'node:fs'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

/** The console checks by schemas, it describes none: what zod needs for JSON Schema alone would be in the first load. */
const noJsonSchema: Plugin = {
  name: 'no-json-schema',
  enforce: 'pre',
  transform: {
    filter: { id: /zod\/v4\/core\/(?:to-json-schema|json-schema-processors)\.js$/ },
    handler: (code) => {
      const names = [...code.matchAll(/^export (?:const|function) (\w+)/gm)].map(([, name]) => name)
      // `process` is exported by another name than it has.
      const nothing = 'const nothing = () => undefined\nexport { nothing as process }'
      return [nothing, ...names.map((name) => `export const ${name} = nothing`)].join('\n')
    },
  },
}

export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  publicDir: false,
  plugins: [noJsonSchema, react()],
  define: { sallyportVersion: JSON.stringify(version) },
  html: {
    // The server puts a fresh one in its place at each answer.
    cspNonce: 'SALLYPORT-NONCE',
  },
  build: {
    target: 'es2023',
    emptyOutDir: true,
    // A `data:` font or script would need a hole in the policy of the page.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 800,
    manifest: 'manifest.json',
    // The first load names every other file: their digests are enough, and the manifest knows what they are.
    rolldownOptions: { output: { chunkFileNames: 'assets/[hash].js' } },
  },
})
