// Files are handed out to an Authorization header only: the token lives in sessionStorage, and a link or viewer is fed by a blob.
const storageKey = 'qlvb.ma-truy-cap'

async function accessToken() {
  const kept = sessionStorage.getItem(storageKey)
  if (kept !== null) return kept
  const { maTruyCap } = await (await fetch('/api/ma-truy-cap')).json()
  sessionStorage.setItem(storageKey, maTruyCap)
  return maTruyCap
}

async function fetchFile(address) {
  const response = await fetch(address, { headers: { authorization: `Bearer ${await accessToken()}` } })
  if (!response.ok) throw new Error(`the file was refused: ${response.status}`)
  return URL.createObjectURL(await response.blob())
}

for (const frame of document.querySelectorAll('iframe[data-xem]')) {
  void fetchFile(frame.dataset.xem).then((address) => { frame.src = address })
}

document.addEventListener('click', (event) => {
  const link = event.target.closest('a.tep')
  if (link === null) return
  event.preventDefault()
  void fetchFile(link.href).then((address) => {
    const saving = document.createElement('a')
    saving.href = address
    saving.download = link.title || link.textContent.trim()
    saving.click()
    setTimeout(() => URL.revokeObjectURL(address), 60_000)
  })
})

if (document.forms.length > 0) void accessToken()
