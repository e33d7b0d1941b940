/** The window in which somebody signs in for a try: it hands the answer to the page that opened it, and goes. */

/** Below the console's own address: this is the redirect URI that has to be registered. */
const path = '/console/try'
const channelName = 'sallyport-try'

export function tryRedirectUri(): string {
  return location.origin + path
}

export function isTryWindow(): boolean {
  return location.pathname === path
}

export function handOver(place: HTMLElement): void {
  const channel = new BroadcastChannel(channelName)
  channel.postMessage(location.search)
  channel.close()
  // The code must not stay in the history of the browser.
  history.replaceState(null, '', path)
  place.textContent = 'The answer has arrived. You can close this window.'
  place.style.padding = '2rem'
  window.close()
}

export type WindowAnswer = Readonly<Record<string, string>> | 'closed'

/** The answer to the request with that state; `closed`: somebody closed the window before it. */
export function answerOf(opened: Window, state: string, signal: AbortSignal): Promise<WindowAnswer> {
  return new Promise((resolve, reject) => {
    const channel = new BroadcastChannel(channelName)
    const end = () => {
      channel.close()
      clearInterval(watch)
      signal.removeEventListener('abort', giveUp)
    }
    const giveUp = () => {
      end()
      opened.close()
      reject(new DOMException('stopped', 'AbortError'))
    }
    channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      const parameters = Object.fromEntries(new URLSearchParams(typeof data === 'string' ? data : ''))
      // Another page may be trying something at the same time.
      if (parameters['state'] !== state) return
      end()
      // It may not be let to close itself.
      opened.close()
      resolve(parameters)
    })
    let seenClosed = 0
    const watch = setInterval(() => {
      // The answer and the closing come by different ways: it gets a moment to arrive.
      if (!opened.closed || ++seenClosed < 4) return
      end()
      resolve('closed')
    }, 250)
    signal.addEventListener('abort', giveUp)
  })
}
