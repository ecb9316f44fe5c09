/**
 * Stands before the code of the extension's worker in a copy of the extension (`killableExtension`), never in the extension itself. Names
 * every point at which the worker's state goes on, before and after, and stops it there if it was told so: nothing of what it would
 * have sent, stored or asked from there on ever happens. Then it reports, and whoever hears that ends it.
 *
 *     store <what>   on the browser's disk: opened, first-signed, notified, forgotten; of a delivery: begun, cut, unsent, through
 *     send <step>    a message to the agent
 *     ask <what>     of the document system: upload, step; each that was answered is reported too
 */
;(() => {
  const area = chrome.storage.local
  const [get, set, remove] = [area.get.bind(area), area.set.bind(area), area.remove.bind(area)]
  const { fetch } = globalThis
  const connect = chrome.tabs.connect.bind(chrome.tabs)
  const { send } = WebSocket.prototype
  const never = new Promise(() => undefined)
  const counts = new Map()
  let kills = []
  let report = ''
  let isDead = false
  const known = get('kill-points').then(({ 'kill-points': kept }) => {
    if (kept !== undefined) ({ kills, report } = kept)
  })

  function pass(point) {
    if (isDead) return false
    const count = (counts.get(point) ?? 0) + 1
    counts.set(point, count)
    const here = `${point}#${count}`
    if (!kills.includes(here)) return true
    isDead = true
    kills = kills.filter((other) => other !== here)
    void set({ 'kill-points': { kills, report } }).then(() => fetch(`${report}?${encodeURIComponent(here)}`, { mode: 'no-cors' }))
    return false
  }

  function wasAsked(what) {
    void fetch(`${report}?asked ${what}`, { mode: 'no-cors' })
    return true
  }

  function stored(items) {
    const [key, value] = Object.entries(items)[0] ?? []
    if (key?.startsWith('delivery:')) return `store ${value.isCut ? 'cut' : value.state}`
    if (!key?.startsWith('batch:')) return `store ${key}`
    return `store ${value.notified !== undefined ? 'notified' : value.firstSignedAt !== undefined ? 'first-signed' : 'opened'}`
  }

  // The polyfill gives a callback behind the arguments, a browser of its own accord a promise.
  function wrap(work) {
    return (...values) => {
      const callback = typeof values.at(-1) === 'function' ? values.pop() : undefined
      const result = work(...values)
      if (callback === undefined) return result
      void result.then(callback)
    }
  }
  area.get = wrap(async (...keys) => {
    await known
    return isDead ? never : get(...keys)
  })
  area.set = wrap(async (items) => {
    if (!pass(`before ${stored(items)}`)) return never
    await set(items)
    return pass(`after ${stored(items)}`) ? undefined : never
  })
  area.remove = wrap(async (keys) => {
    const what = [keys].flat().some((key) => key.startsWith('batch:')) ? 'store forgotten' : 'store nothing'
    if (!pass(`before ${what}`)) return never
    await remove(keys)
    return pass(`after ${what}`) ? undefined : never
  })
  WebSocket.prototype.send = function (frame) {
    const { kind, step } = typeof frame === 'string' ? JSON.parse(frame) : {}
    const what = kind === 'sign' ? step : kind === 'resume' || kind === 'cancel' ? kind : undefined
    if (what !== undefined && !pass(`before send ${what}`)) return
    if (!isDead) send.call(this, frame)
    if (what !== undefined) pass(`after send ${what}`)
  }
  globalThis.fetch = async (input, init) => {
    const what = init?.body instanceof FormData ? 'upload' : init?.body instanceof URLSearchParams ? 'step' : undefined
    if (isDead || (what !== undefined && !pass(`before ask ${what}`))) return never
    const response = await fetch(input, init)
    if (what !== undefined) wasAsked(what)
    return what === undefined || pass(`after ask ${what}`) ? response : never
  }
  // The next step of the system is the page's own form.
  chrome.tabs.connect = (...place) => {
    const port = connect(...place)
    const post = port.postMessage.bind(port)
    port.postMessage = (message) => {
      const isStep = message.kind === 'step'
      if (isDead || (isStep && !pass('before ask step'))) return
      if (isStep) port.onMessage.addListener(({ kind }) => {
        if (kind === 'answered') wasAsked('step')
        pass('after ask step')
      })
      post(message)
    }
    return port
  }
  globalThis.killWorkerAt = async (points, url) => {
    ;[kills, report] = [points, url]
    counts.clear()
    await set({ 'kill-points': { kills, report } })
  }
  globalThis.passedPoints = () => [...counts.keys()]
})()
