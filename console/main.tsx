/**
 * The console: where administrators work. Owns: what they see. Everything that it knows and does goes through the
 * management API, in the words of the contract; it has no rule of its own. Rooms: `shell` (the frame), `parts` (lists,
 * forms, dialogs: what pages are made of), `pages` (one folder for each noun).
 */
import './shell/styles.ts'
import { createRoot } from 'react-dom/client'
import { handOver, isTryWindow } from './pages/try/try-window.ts'
import { isSignedInWindow, sayAndClose } from './shell/signed-in.ts'
import { start } from './shell/start.tsx'

const place = document.getElementById('root')
if (place === null) throw new Error('the page has no place for the console')
if (isSignedInWindow()) sayAndClose(place)
else if (isTryWindow()) handOver(place)
else void start(createRoot(place))
