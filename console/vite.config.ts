/** How the console is built. Vite's own server is not used: the console is only ever seen behind the real front door. */
import { readFileSync } from 'node:fs'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  publicDir: false,
  plugins: [react()],
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
  },
})
